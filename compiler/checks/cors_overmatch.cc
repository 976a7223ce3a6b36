// Origins of a cors policy that admit more than anyone can have meant, and those
// that admit nothing that another does not.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/places.h"
#include "compiler/checks/public_suffixes.h"
#include "compiler/checks/route_requests.h"
#include "spec/model/cors.h"

namespace weir::compiler {
namespace {

using syntax::Cors;
using syntax::OriginPattern;
using syntax::Policy;
using Kind = OriginPattern::Kind;

std::string Origin(const OriginPattern& pattern, const std::string& label) {
  if (pattern.kind != Kind::kSuffix) return pattern.text;
  const std::string port = pattern.port == 0 ? "" : ":" + std::to_string(pattern.port);
  return pattern.scheme + "://" + label + "." + pattern.host + port;
}

// Why an origin that this one admits should not be, and what to do.
struct Fault {
  std::string why, fix;
};

std::optional<Fault> FaultOf(const OriginPattern& origin, bool credentials) {
  if (origin.kind == Kind::kSuffix && IsOpenToStrangers(origin.host)) {
    return Fault{
        "anyone can have a name under '" + origin.host + "'",
        "Write the domain that is yours: \"" + origin.scheme + "://*.yours." + origin.host + "\"."};
  }
  if (!credentials) return std::nullopt;
  if (origin.kind == Kind::kNull) {
    return Fault{"any site can make a frame whose origin is null",
                 "Take \"null\" out, or `credentials`."};
  }
  const bool named = origin.kind == Kind::kExact || origin.kind == Kind::kSuffix;
  if (named && origin.scheme == "http" && !IsLoopback(origin.host)) {
    return Fault{"whoever is on the way can put a script into a page that came without TLS",
                 "Write https://, or take `credentials` out."};
  }
  return std::nullopt;
}

class CorsCheck {
 public:
  explicit CorsCheck(const Policy& policy) : policy_(policy) {
    for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
      const auto& routes = policy.gateways[g].routes;
      for (std::uint32_t r = 0; r < routes.size(); ++r) {
        if (routes[r].cors && !routes[r].cors_upstream) {
          users_[routes[r].cors->index].emplace_back(g, r);
        }
      }
    }
  }

  CheckResult Run() && {
    for (const auto& [cors, users] : users_) {
      const bool any = DeadBesideAny(policy_.cors[cors]);
      for (const OriginPattern& origin : policy_.cors[cors].origins) {
        if (auto fault = FaultOf(origin, policy_.cors[cors].credentials)) {
          Overmatch(cors, origin, *fault);
        } else if (!any) {
          Covered(policy_.cors[cors], origin);
        }
      }
    }
    return std::move(result_);
  }

 private:
  Finding& Add(dsl::Severity severity, const OriginPattern& at, std::string message,
               std::string fix) {
    Finding& finding = result_.findings.emplace_back();
    finding.diagnostic.rule = "cors-overmatch";
    finding.diagnostic.severity = severity;
    finding.diagnostic.span = SpanOf(policy_, at.node);
    finding.diagnostic.message = std::move(message);
    finding.diagnostic.help = fix;
    finding.fix = std::move(fix);
    return finding;
  }

  // A preflight from a stranger's origin that the gateway answers with 204.
  void Overmatch(std::uint32_t cors, const OriginPattern& origin, const Fault& fault) {
    const Cors& policy = policy_.cors[cors];
    std::string wrong;
    for (const auto& [gateway, route] : users_[cors]) {
      RouteRequests& requests = requests_.try_emplace(gateway, policy_, gateway).first->second;
      auto sent = requests.To(route);
      if (!sent) continue;
      auto& headers = sent->witness.headers;
      std::erase_if(headers, [](const auto& header) {
        return header.first == "origin" || header.first == "access-control-request-method";
      });
      headers.emplace_back("origin", Origin(origin, "anyone"));
      headers.emplace_back("access-control-request-method", sent->witness.method);
      sent->witness.method = "OPTIONS";
      sent->witness.jwt = false;
      sent->witness.consumer.reset();
      wrong = requests.Disagreement(*sent, {false, 204, "preflight", route, {}});
      if (!wrong.empty()) continue;
      const char* lets = policy.credentials ? "' lets the origin \"" : "' admits the origin \"";
      Finding& finding =
          Add(policy.credentials ? dsl::Severity::kError : dsl::Severity::kWarning, origin,
              "cors '" + policy.name + lets + origin.text +
                  (policy.credentials ? "\" act with credentials, but " : "\", but ") + fault.why,
              fault.fix);
      finding.diagnostic.labels.push_back(
          {SpanOf(policy_, policy_.gateways[gateway].routes[route].node), "in force here"});
      finding.witness = std::move(sent->witness);
      return;
    }
    if (wrong.empty()) return;  // no request comes to a route that it is in force on
    result_.unknown.push_back({"cors-overmatch",
                               "whether the origin \"" + origin.text + "\" is admitted: " + wrong,
                               SpanOf(policy_, origin.node)});
  }

  // Whether it admits every origin; then its other elements are dead text.
  bool DeadBesideAny(const Cors& cors) {
    const auto any = std::ranges::find(cors.origins, Kind::kAny, &OriginPattern::kind);
    if (any == cors.origins.end()) return false;
    if (cors.origins.size() == 1) return true;
    Finding& finding = Add(dsl::Severity::kWarning, *any,
                           "\"*\" of cors '" + cors.name +
                               "' admits every origin: the others "
                               "that are listed make no difference",
                           "Take \"*\" out if the list is meant, or else the others.");
    for (const OriginPattern& origin : cors.origins) {
      if (&origin == &*any) continue;
      finding.diagnostic.labels.push_back({SpanOf(policy_, origin.node), "makes no difference"});
      if (finding.diagnostic.labels.size() == 3) break;
    }
    return true;
  }

  void Covered(const Cors& cors, const OriginPattern& origin) {
    for (const OriginPattern& other : cors.origins) {
      if (&other == &origin || other.kind != Kind::kSuffix) continue;
      Cors alone;
      alone.origins = {other};
      // What `*.inner` admits, `*.outer` does iff it admits one label before it.
      if (!model::AdmitsOrigin(alone, Origin(origin, "x"))) continue;
      Finding& finding = Add(dsl::Severity::kNote, origin,
                             "the origin \"" + origin.text + "\" of cors '" + cors.name +
                                 "' makes no difference: \"" + other.text + "\" admits it too",
                             "Take it out, or else the wildcard if its other hosts are not meant.");
      finding.diagnostic.labels.push_back({SpanOf(policy_, other.node), "admits it too"});
      return;
    }
  }

  const Policy& policy_;
  std::map<std::uint32_t, std::vector<std::pair<std::uint32_t, std::uint32_t>>> users_;
  std::map<std::uint32_t, RouteRequests> requests_;
  CheckResult result_;
};

}  // namespace

CheckResult CheckCorsOrigins(const Policy& policy) { return CorsCheck(policy).Run(); }

}  // namespace weir::compiler
