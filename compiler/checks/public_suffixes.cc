#include "compiler/checks/public_suffixes.h"

#include <libpsl.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <string>

namespace weir::compiler {
namespace {

constexpr std::string_view kPrivateNames[] = {"example", "internal",  "invalid",
                                              "local",   "localhost", "test"};

}  // namespace

bool IsOpenToStrangers(std::string_view host) {
  if (host.find('.') == host.npos) {
    return std::ranges::find(kPrivateNames, host) == std::end(kPrivateNames);
  }
  const psl_ctx_t* list = psl_builtin();
  assert(list != nullptr);  // libpsl is built with one, which a test sees
  // A name that no rule of the list is about is nobody's suffix.
  constexpr int kListed = PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE;
  return psl_is_public_suffix2(list, std::string(host).c_str(), kListed) != 0;
}

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
         host.starts_with("127.");
}

}  // namespace weir::compiler
