// A gateway whose `trusted-proxies` leave nobody out: then X-Forwarded-For, which
// anybody can write, says who the client is (CANON-11).
//
// Nobody is left out where every public address is covered, by one network or by
// several together; those that no stranger connects from count as covered.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/places.h"
#include "compiler/checks/route_requests.h"
#include "compiler/checks/takes_anybody.h"
#include "spec/model/address.h"

namespace weir::compiler {
namespace {

using syntax::Address;
using syntax::Attribute;
using syntax::Gateway;
using syntax::Network;
using syntax::Policy;
using syntax::Route;
using syntax::Subject;

constexpr char kRule[] = "trusts-everyone";
constexpr std::size_t kShown = 3;  // readers that are pointed at

Network NetworkOf(const char* base, std::uint8_t prefix) {
  return {*model::ParseAddress(base), prefix, ""};
}

// Addresses without public routes (RFC 6890), multicast, and what is reserved.
std::vector<Network> NobodysNetworks() {
  return {NetworkOf("0.0.0.0", 104),     NetworkOf("10.0.0.0", 104),
          NetworkOf("100.64.0.0", 106),  NetworkOf("127.0.0.0", 104),
          NetworkOf("169.254.0.0", 112), NetworkOf("172.16.0.0", 108),
          NetworkOf("192.168.0.0", 112), NetworkOf("224.0.0.0", 99)};
}

bool Bit(const Address& address, unsigned place) {
  return (address.octets[place / 8] >> (7 - place % 8) & 1) != 0;
}

// Whether the networks together hold every address that begins as `all` does;
// only those that lie within it, or hold it, are handed down.
bool Cover(const std::vector<Network>& networks, const Network& all) {
  std::vector<Network> inside;
  for (const Network& each : networks) {
    if (each.prefix <= all.prefix && model::Contains(each, all.base)) return true;
    if (each.prefix > all.prefix && model::Contains(all, each.base)) inside.push_back(each);
  }
  if (inside.empty() || all.prefix == 128) return false;
  for (const bool bit : {false, true}) {
    Network half = all;
    half.prefix = static_cast<std::uint8_t>(all.prefix + 1);
    if (bit) half.base.octets[all.prefix / 8] |= static_cast<std::uint8_t>(128 >> all.prefix % 8);
    std::vector<Network> there;
    for (const Network& each : inside) {
      if (Bit(each.base, all.prefix) == bit) there.push_back(each);
    }
    if (!Cover(there, half)) return false;
  }
  return true;
}

bool IsIpv4(const Address& address) { return model::Contains(NetworkOf("0.0.0.0", 96), address); }

// The address of a stranger who is trusted; none: strangers are not.
std::optional<Address> TrustedStranger(const Gateway& gateway) {
  std::vector<Network> networks = gateway.trusted_proxies;
  std::ranges::move(NobodysNetworks(), std::back_inserter(networks));
  if (Cover(networks, NetworkOf("0.0.0.0", 96))) return kSomeAddress;
  const bool six = std::ranges::any_of(gateway.listeners, [](const auto& listener) {
    return !IsIpv4(listener.address.address) || listener.proxy_protocol;
  });
  // 2000::/3 is all that is routed of IPv6.
  if (six && Cover(networks, NetworkOf("2000::", 3))) return model::ParseAddress("2001:db8::7");
  return std::nullopt;
}

bool IsClient(const Attribute& attribute) { return attribute.subject == Subject::kClientAddress; }

// Something that the client's address decides.
struct Reader {
  std::string what;
  syntax::NodeId node = syntax::kNoNode;
  std::optional<std::uint32_t> route;  // none: any of the gateway
};

class GatewayReaders {
 public:
  GatewayReaders(const Policy& policy, const Gateway& gateway) : policy_(policy) {
    AddRules(gateway.rules, std::nullopt);
    AddLimits(gateway.limits, std::nullopt);
    for (std::uint32_t r = 0; r < gateway.routes.size(); ++r) AddRoute(gateway.routes[r], r);
  }

  const std::vector<Reader>& readers() const { return readers_; }

 private:
  void AddRules(const std::vector<syntax::Rule>& rules, std::optional<std::uint32_t> route) {
    for (const auto& rule : rules) {
      if (AnyRead({rule}, IsClient)) Add("a rule", rule.node, route);
    }
  }

  void AddLimits(const std::vector<syntax::Ref<syntax::Limit>>& limits,
                 std::optional<std::uint32_t> route) {
    for (const auto& ref : limits) {
      const syntax::Limit& limit = policy_[ref];
      if (std::ranges::any_of(limit.by, IsClient)) {
        Add("limit '" + limit.name + "'", limit.node, route);
      }
    }
  }

  void AddTransforms(const std::vector<syntax::Transform>& transforms, std::uint32_t route) {
    for (const auto& transform : transforms) {
      const auto* attribute = std::get_if<Attribute>(&transform.value);
      if (attribute == nullptr || !IsClient(*attribute)) continue;
      Add("what is written to '" + transform.name + "'", transform.node, route);
    }
  }

  void AddRoute(const Route& route, std::uint32_t place) {
    if (!route.match.clients.empty())
      Add("what route '" + route.name + "' matches", route.node, place);
    AddRules(route.rules, place);
    AddLimits(route.limits, place);
    AddTransforms(route.request, place);
    AddTransforms(route.response, place);
    if (const auto* forward = std::get_if<syntax::Forward>(&route.action)) {
      for (const auto& target : forward->targets) AddRules(policy_[target.service].rules, place);
    }
  }

  // What stands in the text once is named once.
  void Add(std::string what, syntax::NodeId node, std::optional<std::uint32_t> route) {
    const dsl::Span span = SpanOf(policy_, node);
    const bool told = std::ranges::any_of(readers_, [&](const Reader& each) {
      const dsl::Span other = SpanOf(policy_, each.node);
      return each.node == node ||
             (span.end != 0 && other.file == span.file && other.begin == span.begin);
    });
    if (!told) readers_.push_back({std::move(what), node, route});
  }

  const Policy& policy_;
  std::vector<Reader> readers_;
};

// Addresses that some condition of the policy sets apart.
void AddNetworks(const syntax::Expression& expression, std::vector<Address>& addresses) {
  for (const auto& constant : expression.predicate.constants) {
    if (const auto* network = std::get_if<Network>(&constant)) addresses.push_back(network->base);
  }
  for (const auto& child : expression.children) AddNetworks(child, addresses);
}

// What the client's address can decide of an outcome.
auto Decided(const model::Outcome& outcome) {
  return std::tuple(outcome.kind, outcome.status, outcome.reason, outcome.route, outcome.charges);
}

class Forgery {
 public:
  Forgery(const Policy& policy, std::uint32_t gateway, const Address& stranger)
      : gateway_(policy.gateways[gateway]), stranger_(stranger), requests_(policy, gateway) {}

  // A stranger's request that is treated as it is for what it says of its sender.
  std::optional<Witness> Show(const std::vector<Reader>& readers) {
    for (const Reader& reader : readers) {
      for (std::uint32_t r = 0; r < gateway_.routes.size(); ++r) {
        if (reader.route.value_or(r) != r) continue;
        auto shown = OfRoute(r);
        if (shown) return shown;
        if (++tried_ > 20) return std::nullopt;
      }
    }
    return std::nullopt;
  }

 private:
  std::optional<Witness> OfRoute(std::uint32_t route) {
    auto sent = requests_.To(route);
    if (!sent) return std::nullopt;
    std::vector<Address> addresses;
    if (sent->witness.client) addresses.push_back(*sent->witness.client);
    for (const auto& network : gateway_.routes[route].match.clients) {
      addresses.push_back(network.base);
    }
    for (const auto& rule : gateway_.routes[route].rules) AddNetworks(rule.when, addresses);
    for (const auto& rule : gateway_.rules) AddNetworks(rule.when, addresses);
    addresses.push_back(*model::ParseAddress("10.0.0.1"));
    sent->witness.client.reset();
    if (!IsIpv4(stranger_)) sent->witness.client = stranger_;
    const auto honest = requests_.OutcomeOf(*sent);
    if (!honest) return std::nullopt;
    for (const Address& address : addresses) {
      RouteRequests::Sent forged = *sent;
      std::erase_if(forged.witness.headers,
                    [](const auto& header) { return header.first == "x-forwarded-for"; });
      forged.witness.headers.emplace_back("x-forwarded-for", model::AddressText(address));
      const auto outcome = requests_.OutcomeOf(forged);
      if (outcome && Decided(*outcome) != Decided(*honest)) return forged.witness;
    }
    return std::nullopt;
  }

  const Gateway& gateway_;
  const Address stranger_;
  RouteRequests requests_;
  std::size_t tried_ = 0;
};

}  // namespace

CheckResult CheckTrustedProxies(const Policy& policy) {
  CheckResult result;
  for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
    const Gateway& gateway = policy.gateways[g];
    if (gateway.trusted_proxies.empty()) continue;
    const auto stranger = TrustedStranger(gateway);
    if (!stranger) continue;
    const GatewayReaders read(policy, gateway);
    const auto& readers = read.readers();
    Finding& finding = result.findings.emplace_back();
    auto& diagnostic = finding.diagnostic;
    diagnostic.rule = kRule;
    diagnostic.severity = readers.empty() ? dsl::Severity::kWarning : dsl::Severity::kError;
    diagnostic.span = SpanOf(policy, gateway.node);
    diagnostic.message = "gateway '" + gateway.name +
                         "' trusts everyone's X-Forwarded-For: its trusted-proxies hold every "
                         "public address" +
                         std::string(IsIpv4(*stranger) ? "" : " of IPv6");
    if (!readers.empty()) {
      diagnostic.message +=
          ", so that whoever asks chooses the client.address that decides " + readers[0].what;
      finding.witness = Forgery(policy, g, *stranger).Show(readers);
    }
    for (std::size_t i = 0; i < std::min(readers.size(), kShown); ++i) {
      diagnostic.labels.push_back({SpanOf(policy, readers[i].node), "decided by client.address"});
    }
    finding.fix = "List the networks of your own proxies alone, or leave the clause out.";
    diagnostic.help = finding.fix;
  }
  return result;
}

}  // namespace weir::compiler
