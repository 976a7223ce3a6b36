#include "tests/integration/policy_text.h"

#include <stdexcept>

#include "compiler/lower/lower.h"
#include "dsl/resolve/load.h"
#include "dsl/source/render.h"

namespace weir::tests {

std::string Compiled(const std::string& policy) {
  const dsl::LoadResult loaded = dsl::LoadText("test.weir", policy);
  if (!loaded.policy) {
    throw std::runtime_error(dsl::Render(loaded.diagnostics, loaded.sources));
  }
  auto octets = compiler::Lower(*loaded.policy, &loaded.sources, 0);
  if (!octets) throw std::runtime_error(dsl::Render(octets.error(), loaded.sources));
  return *octets;
}

std::string Edge(const EdgeText& text) {
  return "service app {\n" + text.service + "\n}\n" + text.definitions +
         "\ngateway edge {\n  listen http 127.0.0.1:8080\n  explain headers\n" + text.gateway +
         "\n  route all {\n        match path \"/**\"\n" + text.route + "\n" + text.forward +
         "\n  }\n}\n";
}

std::string Endpoints(const std::vector<std::uint16_t>& ports) {
  std::string out;
  for (const std::uint16_t port : ports) {
    out += (out.empty() ? "endpoints [127.0.0.1:" : ", 127.0.0.1:") + std::to_string(port);
  }
  return out + "]\n";
}

}  // namespace weir::tests
