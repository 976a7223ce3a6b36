// A model's request in the runtime's form; what it was made of must outlive it.
#ifndef WEIR_COMPILER_REPLAY_REQUEST_H_
#define WEIR_COMPILER_REPLAY_REQUEST_H_

#include <vector>

#include "runtime/request/request.h"
#include "spec/model/model.h"

namespace weir::compiler {

class RuntimeRequest {
 public:
  RuntimeRequest(const syntax::Gateway& gateway, const model::RawRequest& raw,
                 const model::Connection& connection);
  RuntimeRequest(const RuntimeRequest&) = delete;
  RuntimeRequest& operator=(const RuntimeRequest&) = delete;

  const runtime::RawRequest& raw() const { return raw_; }
  const runtime::ConnectionFacts& facts() const { return facts_; }

 private:
  std::vector<runtime::Field> fields_;
  runtime::RawRequest raw_;
  runtime::ConnectionFacts facts_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_REPLAY_REQUEST_H_
