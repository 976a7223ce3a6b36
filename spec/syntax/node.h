// Node ids and references of the resolved core.
//
// Every node of the core bears a NodeId that leads back, through
// Policy::origins, to the span of text it was resolved from. A Ref<T> names a
// definition by its place in the policy's list of that kind; it is valid for
// the policy that made it and is never dangling in a policy the resolver gave.
#ifndef WEIR_SPEC_SYNTAX_NODE_H_
#define WEIR_SPEC_SYNTAX_NODE_H_

#include <cstdint>

namespace weir::syntax {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = 0xffffffff;

// Where a node was written: a half-open range of bytes in one of Policy::files.
struct Origin {
  std::uint32_t file = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

template <class T>
struct Ref {
  std::uint32_t index = 0;
  friend bool operator==(const Ref&, const Ref&) = default;
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_NODE_H_
