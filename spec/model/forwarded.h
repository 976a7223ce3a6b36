// The request head that goes upstream (spec/rules/transform.md).
#ifndef WEIR_SPEC_MODEL_FORWARDED_H_
#define WEIR_SPEC_MODEL_FORWARDED_H_

#include <expected>
#include <string>

#include "spec/model/attribute.h"
#include "spec/model/fields.h"

namespace weir::model {

struct UpstreamHead {
  std::string path;
  std::string query;
  bool has_query = false;
  std::string host;
  Fields fields;  // in order; without Host, framing fields and x-request-id
};

// Refused when a rewrite leaves no canonical path.
std::expected<UpstreamHead, Refusal> ForwardedHead(const syntax::Gateway& gateway,
                                                   const syntax::Route& route, const Facts& facts);

// The fields of an upstream's response as they go downstream (TRANSFORM-10).
Fields ForwardedResponse(const syntax::Route& route, const Facts& facts, Fields upstream);

// "{name}" in a rewritten path stands for that captured segment; absent: nothing.
std::string Substitute(const std::string& text, const Facts& facts);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_FORWARDED_H_
