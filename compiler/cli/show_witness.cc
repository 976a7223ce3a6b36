#include "compiler/cli/show_witness.h"

#include <nlohmann/json.hpp>

#include <variant>

#include "compiler/report/witness_json.h"
#include "spec/model/address.h"

namespace weir::cli {
namespace {

using compiler::Witness;
using nlohmann::json;

json ClaimJson(const syntax::ClaimValue& value) {
  return std::visit([](const auto& one) { return json(one); }, value);
}

std::string Printed(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

json WitnessJson(const Witness& witness) { return json::parse(compiler::WitnessJson(witness)); }

std::string WitnessText(const Witness& witness, const std::string& indent) {
  std::string text = indent + witness.method + " " + Url(witness) + "\n";
  for (const auto& [name, value] : ShownHeaders(witness)) {
    text += indent + name + ": " + (value.empty() ? "(empty)" : value) + "\n";
  }
  if (witness.client) text += indent + "from " + model::AddressText(*witness.client) + "\n";
  if (witness.peer) text += indent + "as peer " + *witness.peer + "\n";
  if (witness.jwt) {
    text += indent + "with a verified token";
    for (const auto& [name, value] : witness.claims) {
      text += ", " + name + " " + Printed(ClaimJson(value));
    }
    text += "\n";
  }
  if (witness.consumer) {
    text += indent + "with an API key" +
            (witness.consumer->empty() ? "" : " of " + *witness.consumer) + "\n";
  }
  return text;
}

}  // namespace weir::cli
