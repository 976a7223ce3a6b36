#include "fuzz/harness/canonical.h"

#include "compiler/replay/request.h"
#include "spec/model/canonical.h"

namespace weir::fuzz {
namespace {

// The two kinds of request bear the same member names, so one text serves both.
template <class Request>
std::string ShowRequest(const Request& request, const std::string& peer) {
  std::string text = std::string(request.method) + " " + std::string(request.scheme) +
                     " host=" + std::string(request.host) +
                     " authority=" + std::string(request.authority) +
                     " path=" + std::string(request.path) +
                     (request.has_query ? " query=" + std::string(request.query) : " no query");
  text += " client=";
  for (std::uint8_t octet : request.client.octets) text += std::to_string(octet) + ".";
  text += " listener=" + std::to_string(request.listener) + ":" +
          std::to_string(request.listener_port) + " peer=" + peer;
  for (const auto& header : request.headers) {
    text += "\n  " + std::string(header.name) + ": " + std::string(header.value) + " [" +
            std::to_string(header.lines) + "]";
  }
  return text;
}

std::string ShowRefusal(std::uint16_t status, std::string_view reason) {
  return "refused " + std::to_string(status) + " " + std::string(reason);
}

}  // namespace

RuntimeOptions::RuntimeOptions(const syntax::Policy& policy, std::uint32_t gateway,
                               std::uint32_t listener_place) {
  const syntax::Gateway& proxy = policy.gateways[gateway];
  const syntax::Listener& listener = proxy.listeners[listener_place];
  scalars_ = model::ScalarFields(policy, gateway);
  headers_ = {scalars_.headers.begin(), scalars_.headers.end()};
  queries_ = {scalars_.queries.begin(), scalars_.queries.end()};
  cookies_ = {scalars_.cookies.begin(), scalars_.cookies.end()};
  for (const syntax::Network& network : proxy.trusted_proxies) {
    trusted_.push_back({{network.base.octets}, network.prefix});
  }
  options_.path = {listener.encoded_slash == syntax::Listener::EncodedSlash::kKeep,
                   listener.slashes == syntax::Listener::Slashes::kKeep,
                   static_cast<runtime::PathParameters>(listener.path_parameters)};
  options_.first_query = listener.query == syntax::Listener::Reading::kFirst;
  options_.first_cookies = listener.cookies == syntax::Listener::Reading::kFirst;
  options_.underscores = static_cast<runtime::Underscores>(listener.underscores);
  options_.trusted_proxies = trusted_;
  options_.scalar_fields = headers_;
  options_.scalar_queries = queries_;
  options_.scalar_cookies = cookies_;
}

std::string Show(const model::CanonicalRequest& request) {
  return ShowRequest(request, request.peer.value_or(""));
}

std::string Show(const runtime::CanonicalRequest& request) {
  return ShowRequest(request, std::string(request.peer));
}

std::optional<std::string> CompareCanonical(const syntax::Policy& policy, std::uint32_t gateway,
                                            const model::RawRequest& raw,
                                            const model::Connection& connection) {
  const auto wanted = model::Canonicalise(policy, gateway, raw, connection);
  const compiler::RuntimeRequest request(policy.gateways[gateway], raw, connection);
  const RuntimeOptions options(policy, gateway, connection.listener);
  runtime::Canonicaliser canonicaliser;
  const auto got = canonicaliser.Run(request.raw(), request.facts(), options.options());

  const std::string wanted_text =
      wanted ? Show(*wanted) : ShowRefusal(wanted.error().status, wanted.error().reason);
  const std::string got_text =
      got ? Show(*got) : ShowRefusal(got.error().status, runtime::ReasonName(got.error().reason));
  if (wanted_text == got_text) return std::nullopt;
  return "model:   " + wanted_text + "\nruntime: " + got_text;
}

}  // namespace weir::fuzz
