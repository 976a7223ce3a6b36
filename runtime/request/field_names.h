// Kinds of fields, told by their lower-case names.
#ifndef WEIR_RUNTIME_REQUEST_FIELD_NAMES_H_
#define WEIR_RUNTIME_REQUEST_FIELD_NAMES_H_

#include <cstddef>
#include <string_view>

#include "runtime/base/field_classes.h"

namespace weir::runtime {

// Many applications read both '-' and '_' as '_' (CGI's HTTP_X_USER), so to them two
// names that differ only in these are one field.
constexpr bool SpelledAlike(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] == '_' ? '-' : a[i]) != (b[i] == '_' ? '-' : b[i])) return false;
  }
  return true;
}

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_FIELD_NAMES_H_
