// Random policies of gateways, sidecars and services, each with one deployment of
// which it is true: which machine every proxy runs on. The text says only part of
// that, as policies do.
#ifndef WEIR_TESTS_PROPERTY_LOAD_MESH_H_
#define WEIR_TESTS_PROPERTY_LOAD_MESH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/generators/choices.h"
#include "spec/syntax/policy.h"

namespace weir::testing {

struct Mesh {
  std::string text;
  std::vector<std::uint32_t> machines;  // by gateway and sidecar, in written order
  syntax::Policy policy;                // what `text` resolves to
};

// Throws with the diagnostics if the text is no policy.
Mesh RandomMesh(fuzz::Choices& choices);
// Two to three gateways behind each other, perhaps a sidecar whose application calls
// on, each with one route that takes every request and retries a 5xx, nothing left
// open: where the bound is reached (spec/rules/amplification.md). A request begins at the first
// route.
Mesh RandomChain(fuzz::Choices& choices);
Mesh MeshOf(const std::string& text, std::vector<std::uint32_t> machines);

// The machine that has an address: of 10.0.M.x it is M; none: the sender's own.
inline constexpr std::uint32_t kSendersOwn = 0xffffffff;
std::uint32_t MachineOf(const syntax::Address& address);

}  // namespace weir::testing

#endif  // WEIR_TESTS_PROPERTY_LOAD_MESH_H_
