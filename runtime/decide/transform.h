// One transform of a route (spec/rules/transform.md). Values are those of the
// canonical request: a transform never reads what another wrote.
#ifndef WEIR_RUNTIME_DECIDE_TRANSFORM_H_
#define WEIR_RUNTIME_DECIDE_TRANSFORM_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/decide/attribute.h"
#include "runtime/decide/forwarded.h"

namespace weir::runtime {

// At least how many octets all these transforms write, the scratch space for
// looking at the final path included.
std::size_t TransformedSize(const Facts& facts, const Decision& decision,
                            std::span<const TransformRecord> transforms);

// Both append to a text that is large enough and leave views into it.
void ApplyRequestTransform(const Facts& facts, const Decision& decision,
                           const TransformRecord& transform, ForwardedHead& head);
void ApplyHeaderTransform(const Facts& facts, const TransformRecord& transform,
                          std::vector<Field>& fields, std::string& text);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_TRANSFORM_H_
