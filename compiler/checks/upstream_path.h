// The path that a route sends upstream, and the paths that it sends as a given one.
//
//   UpstreamPath(route, "/pub/admin")     // "/admin", with strip-prefix "/pub"
//   PathsSentAs(route, "/admin")          // {"/pub/admin"}
#ifndef WEIR_COMPILER_CHECKS_UPSTREAM_PATH_H_
#define WEIR_COMPILER_CHECKS_UPSTREAM_PATH_H_

#include <string>
#include <vector>

#include "spec/syntax/route.h"

namespace weir::compiler {

bool WritesPath(const syntax::Transform& transform);

// TRANSFORM-2 and TRANSFORM-7, of a canonical path that the route matches.
std::string UpstreamPath(const syntax::Route& route, const std::string& path);

// Some of the paths that come out as `sent`; not all of them, and it is not said
// that the route matches them. Wildcards that no capture names are filled in.
std::vector<std::string> PathsSentAs(const syntax::Route& route, const std::string& sent);

// All the paths that the route can send, where its match or a rewrite writes each of
// them out, and every listener reads them as they are; empty: any.
std::vector<std::string> PathsSent(const syntax::Route& route);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_UPSTREAM_PATH_H_
