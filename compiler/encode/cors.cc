#include "compiler/encode/cors.h"

#include <bitset>
#include <cassert>
#include <utility>
#include <vector>

#include "compiler/automata/path_regex.h"

namespace weir::compiler {

Dfa OriginsUnder(const std::string& scheme, const std::string& host, std::uint32_t port) {
  std::bitset<256> octets;
  for (unsigned char octet : std::string("abcdefghijklmnopqrstuvwxyz0123456789-_")) {
    octets.set(octet);
  }
  const auto label = RegexRepeat(RegexSet(octets), 1, -1);
  const std::string tail = "." + host + (port == 0 ? "" : ":" + std::to_string(port));
  auto dfa = CompileRegex(
      RegexConcat({RegexText(scheme + "://"), label,
                   RegexRepeat(RegexConcat({RegexText("."), label}), 0, -1), RegexText(tail)}),
      100'000);
  assert(dfa.has_value());
  return *std::move(dfa);
}

Formula AdmitsOrigin(Universe& u, const syntax::Cors& cors, std::uint32_t origin) {
  using Kind = syntax::OriginPattern::Kind;
  std::vector<Formula> any;
  for (const syntax::OriginPattern& pattern : cors.origins) {
    switch (pattern.kind) {
      case Kind::kAny:
        return kTrue;
      case Kind::kNull:
        any.push_back(u.Equals(origin, "null"));
        break;
      case Kind::kExact:
        any.push_back(u.Equals(origin, pattern.text));
        break;
      case Kind::kSuffix:
        any.push_back(u.InLanguage(
            origin,
            "origin " + pattern.scheme + " " + pattern.host + " " + std::to_string(pattern.port),
            OriginsUnder(pattern.scheme, pattern.host, pattern.port)));
        break;
    }
  }
  return u.f.Or(any);
}

}  // namespace weir::compiler
