// Origins as formulas. Mirrors spec/model/cors.
#ifndef WEIR_COMPILER_ENCODE_CORS_H_
#define WEIR_COMPILER_ENCODE_CORS_H_

#include <cstdint>
#include <string>

#include "compiler/encode/universe.h"
#include "spec/syntax/traffic.h"

namespace weir::compiler {

Formula AdmitsOrigin(Universe& universe, const syntax::Cors& cors, std::uint32_t origin);

// scheme "://" one or more labels "." host [":" port].
Dfa OriginsUnder(const std::string& scheme, const std::string& host, std::uint32_t port);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_CORS_H_
