#include "compiler/cli/show_witness.h"

#include <nlohmann/json.hpp>

#include <variant>

#include "compiler/witness/confirm.h"
#include "spec/model/address.h"

namespace weir::cli {
namespace {

using compiler::Witness;
using nlohmann::json;

std::string UrlOf(const Witness& witness) {
  return witness.scheme + "://" + witness.host + compiler::RawRequestOf(witness).target;
}

// In single quotes, as a shell reads it.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string CurlOf(const Witness& witness) {
  std::string curl = "curl -X " + witness.method;
  for (const auto& [name, value] : witness.headers) {
    // An empty value is written with a semicolon.
    curl += " -H " + Quoted(value.empty() ? name + ";" : name + ": " + value);
  }
  return curl + " " + Quoted(UrlOf(witness));
}

json ClaimJson(const syntax::ClaimValue& value) {
  return std::visit([](const auto& one) { return json(one); }, value);
}

std::string Printed(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

json WitnessJson(const Witness& witness) {
  json headers = json::array();
  for (const auto& [name, value] : witness.headers) headers.push_back({name, value});
  json context = json::object();
  if (witness.client) context["client"] = model::AddressText(*witness.client);
  if (witness.peer) context["peer"] = *witness.peer;
  if (witness.consumer) context["consumer"] = *witness.consumer;
  json claims = json::object();
  for (const auto& [name, value] : witness.claims) claims[name] = ClaimJson(value);
  if (witness.jwt) context["claims"] = claims;
  return {{"method", witness.method},
          {"url", UrlOf(witness)},
          {"headers", headers},
          {"context", context},
          {"curl", CurlOf(witness)}};
}

std::string WitnessText(const Witness& witness, const std::string& indent) {
  std::string text = indent + witness.method + " " + UrlOf(witness) + "\n";
  for (const auto& [name, value] : witness.headers) {
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
