// Names under which strangers register names of their own, by the Public Suffix List
// that libpsl was built with: what is said of a policy does not hang on a file of the
// machine.
#ifndef WEIR_COMPILER_CHECKS_PUBLIC_SUFFIXES_H_
#define WEIR_COMPILER_CHECKS_PUBLIC_SUFFIXES_H_

#include <string_view>

namespace weir::compiler {

// `host` in lower case, as origins are written. Of names with one label all are, but
// for those that are kept from the DNS (RFC 6761, 6762, and `internal`).
bool IsOpenToStrangers(std::string_view host);

// A page from there never crossed a network (Secure Contexts, 3.1).
bool IsLoopback(std::string_view host);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_PUBLIC_SUFFIXES_H_
