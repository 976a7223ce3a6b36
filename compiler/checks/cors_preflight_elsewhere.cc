// A route with `cors` that does not answer the preflights of its own requests: on
// them the tests of headers come out otherwise, so that another route has them,
// or none. Both look-ups, of a request and of its preflight, are formulas over
// one symbolic request (preflight_match.h): exact, over unions of earlier routes.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/places.h"
#include "compiler/checks/preflight_match.h"
#include "compiler/checks/route_requests.h"
#include "compiler/encode/classes.h"
#include "compiler/encode/cors.h"
#include "compiler/encode/decode.h"
#include "compiler/encode/match.h"
#include "compiler/encode/overlap.h"
#include "compiler/encode/symbolic.h"

namespace weir::compiler {
namespace {

using syntax::Policy;
using syntax::Route;

constexpr char kRule[] = "cors-preflight-elsewhere";
constexpr std::size_t kMostRoutes = 400;      // of a gateway that are asked about
constexpr std::size_t kMostNeighbours = 300;  // routes that can have one route's preflights
constexpr unsigned kQueryMs = 2'000;

bool HasCors(const Route& route) { return route.cors && !route.cors_upstream; }
bool SameCors(const Route& a, const Route& b) { return HasCors(b) && a.cors == b.cors; }

bool ReadsWhatDiffers(const Route& route) {
  return std::ranges::any_of(route.match.fields, DiffersOnPreflight);
}

class GatewayPreflights {
 public:
  GatewayPreflights(const Policy& policy, std::uint32_t gateway, CheckResult& result)
      : policy_(policy),
        whole_(policy.gateways[gateway]),
        gateway_(gateway),
        routes_(whole_.routes),
        result_(result) {}

  void Run() {
    if (std::ranges::none_of(routes_, ReadsWhatDiffers) || std::ranges::none_of(routes_, HasCors)) {
      return;
    }
    for (std::uint32_t i = 0; i < routes_.size(); ++i) {
      reads_accept_ =
          reads_accept_ || std::ranges::any_of(routes_[i].match.fields, [](const auto& field) {
            return field.name == "accept" && DiffersOnPreflight(field);
          });
      if (!MayMatchPreflights(routes_[i].match)) continue;
      takers_.push_back(i);
      if (ReadsWhatDiffers(routes_[i])) differing_.push_back(i);
    }
    for (const Route& route : routes_) reaches_.push_back(ReachOf(route.match));
    requests_ = std::make_unique<RouteRequests>(policy_, gateway_);
    std::size_t asked = 0;
    std::vector<std::uint32_t> left;
    for (std::uint32_t route = 0; route < routes_.size(); ++route) {
      if (!HasCors(routes_[route]) || !MayLosePreflights(route)) continue;
      RouteVerdict verdict = requests_->engine().Decide(route);
      if (verdict.kind == RouteVerdict::Kind::kDead) continue;
      if (verdict.witness && Shown(route, *std::move(verdict.witness))) continue;
      if (asked < kMostRoutes) {
        ++asked;
        Ask(route);
      } else {
        left.push_back(route);
      }
    }
    if (left.empty()) return;
    Undecided(left[0], "and of " + std::to_string(left.size() - 1) + " routes below: more than " +
                           std::to_string(kMostRoutes) + " routes would have to be asked about");
  }

 private:
  // A route that reads nothing which differs matches the preflights of its
  // requests too; it loses them only to an earlier one that does. Any other keeps
  // them if a route with the same cors has all its URLs, and no preflight in
  // between goes to a route with another.
  bool MayLosePreflights(std::uint32_t route) {
    if (ReadsWhatDiffers(routes_[route])) return !IsBacked(route);
    return std::ranges::any_of(differing_, [&](std::uint32_t other) {
      return other < route && !SameCors(routes_[route], routes_[other]) &&
             MayOverlap(reaches_[other], reaches_[route]);
    });
  }

  bool IsBacked(std::uint32_t route) {
    for (const std::uint32_t other : takers_) {
      const bool same = SameCors(routes_[route], routes_[other]);
      if (same && HasAllUrlsOf(routes_[other].match, routes_[route].match)) return true;
      if (!same && MayOverlap(reaches_[other], reaches_[route])) return false;
    }
    return false;
  }

  // Told from the texts of the patterns: true only if `other`, which reads nothing
  // that differs, matches whatever `own` does, but for the headers.
  static bool HasAllUrlsOf(const syntax::Match& other, const syntax::Match& own) {
    const auto all = [](const auto& wide, const auto& narrow, auto text) {
      return wide.empty() || (!narrow.empty() && std::ranges::all_of(narrow, [&](const auto& one) {
               return std::ranges::any_of(
                   wide, [&](const auto& each) { return text(each) == text(one); });
             }));
    };
    const auto itself = [](const auto& value) { return value; };
    const auto host = [](const syntax::HostPattern& pattern) {
      return std::pair(pattern.kind, pattern.name);
    };
    const auto path = [](const syntax::PathPattern& pattern) {
      return std::pair(pattern.kind, pattern.text);
    };
    return other.fields.empty() && other.clients.empty() && all(other.hosts, own.hosts, host) &&
           all(other.paths, own.paths, path) && all(other.methods, own.methods, itself) &&
           all(other.listeners, own.listeners, itself);
  }

  // Whether the first request that comes to mind loses its preflight, and is told.
  bool Shown(std::uint32_t route, Witness request) {
    const auto taken_by = [&](Witness witness) {
      witness.client = ConnectionOf(witness).peer_address;
      return requests_->engine().FirstMatch(witness);
    };
    // A header that is there for a route of other methods would call for a preflight.
    for (std::size_t i = request.headers.size(); i-- > 0;) {
      Witness without = request;
      without.headers.erase(without.headers.begin() + static_cast<std::ptrdiff_t>(i));
      if (taken_by(without) == route) request = std::move(without);
    }
    const auto has = [&](const char* name) {
      return std::ranges::any_of(request.headers,
                                 [&](const auto& header) { return header.first == name; });
    };
    if (has("access-control-request-method") || has("access-control-request-headers")) return false;
    const syntax::Cors& cors = policy_[*routes_[route].cors];
    const auto exact = std::ranges::find(cors.origins, syntax::OriginPattern::Kind::kExact,
                                         &syntax::OriginPattern::kind);
    if (exact == cors.origins.end() || has("origin")) return false;
    request.headers.emplace_back("origin", exact->text);
    if (reads_accept_ && !has("accept")) request.headers.emplace_back("accept", "*/*");
    if (request.method == "CONNECT" || request.method == "TRACE") return false;
    const bool simple =
        request.method == "GET" || request.method == "HEAD" || request.method == "POST";
    if (simple && std::ranges::none_of(request.headers, [](const auto& header) {
          return NeedsPreflight(header.first);
        })) {
      return false;
    }
    if (taken_by(request) != route) return false;
    Witness preflight = PreflightOf(request);
    preflight.method = request.method;
    const auto other = taken_by(std::move(preflight));
    if (other && SameCors(routes_[route], routes_[*other])) return false;
    Show(route, std::move(request));
    return true;
  }

  void Undecided(std::uint32_t route, const std::string& reason) {
    result_.unknown.push_back(
        {kRule, "who answers the preflights of route '" + routes_[route].name + "': " + reason,
         SpanOf(policy_, routes_[route].node)});
  }

  // A request, with a script's headers or method, from an origin that the route
  // admits, that the route has and whose preflight it has not.
  std::optional<Formula> Lost(Universe& u, std::uint32_t route,
                              const std::vector<std::uint32_t>& places,
                              const std::vector<std::uint32_t>& listeners) {
    std::vector<Formula> actual, preflight;
    std::vector<Reach> reaches;
    const std::uint32_t method = u.At({Part::kMethod, "", ""});
    for (const std::uint32_t place : places) {
      const syntax::Match& match = routes_[place].match;
      actual.push_back(
          u.f.And(MatchesButMethod(u, match, listeners), MatchesMethod(u, match, method)));
      const auto there = MatchesPreflight(u, match, listeners);
      if (!there) return std::nullopt;
      preflight.push_back(*there);
      reaches.push_back(reaches_[place]);
    }
    const auto firsts = FirstMatches(u.f, actual, reaches);
    const auto preflight_firsts = FirstMatches(u.f, preflight, reaches);
    Formula own = kFalse;
    std::vector<Formula> answered;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (places[i] == route) own = firsts[i];
      if (SameCors(routes_[route], routes_[places[i]])) answered.push_back(preflight_firsts[i]);
    }
    return u.f.And({own, u.f.Not(u.f.Or(answered)), FromABrowser(u, route), Preflighted(u)});
  }

  Formula FromABrowser(Universe& u, std::uint32_t route) {
    const std::uint32_t origin = u.At({Part::kHeader, "", "origin"});
    const std::uint32_t method = u.At({Part::kMethod, "", ""});
    std::vector<Formula> all{
        u.Present(origin), u.f.Not(u.Equals(origin, "")),
        AdmitsOrigin(u, policy_[*routes_[route].cors], origin),
        u.f.Not(u.Present(u.At({Part::kHeader, "", "access-control-request-method"}))),
        u.f.Not(u.Present(u.At({Part::kHeader, "", "access-control-request-headers"})))};
    // A browser always sends one, if only */*.
    const auto accept = u.Known({Part::kHeader, "", "accept"});
    if (accept) all.push_back(u.Present(*accept));
    for (const char* forbidden : {"CONNECT", "TRACE", "TRACK"}) {
      all.push_back(u.f.Not(u.Equals(method, forbidden)));
    }
    return u.f.And(all);
  }

  // By its method, or by a header that one of the routes at hand reads.
  Formula Preflighted(Universe& u) {
    const std::uint32_t method = u.At({Part::kMethod, "", ""});
    std::vector<Formula> other;
    for (const char* simple : {"GET", "HEAD", "POST"}) {
      other.push_back(u.f.Not(u.Equals(method, simple)));
    }
    std::vector<Formula> any{u.f.And(other)};
    const std::size_t known = u.dimensions().size();
    for (std::uint32_t d = 0; d < known; ++d) {
      const DimensionKey key = u.dimensions()[d].key;
      if (key.part != Part::kHeader) continue;
      if (NeedsPreflight(key.name)) any.push_back(u.Present(d));
      if (key.name != "content-type") continue;
      std::vector<Formula> unusual{u.Present(d)};
      for (const char* simple :
           {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}) {
        unusual.push_back(u.f.Not(u.StartsWith(d, simple)));
      }
      any.push_back(u.f.And(unusual));
    }
    return u.f.Or(any);
  }

  void Ask(std::uint32_t route) {
    std::vector<std::uint32_t> places;
    for (std::uint32_t other = 0; other < routes_.size(); ++other) {
      if (MayOverlap(reaches_[other], reaches_[route])) places.push_back(other);
    }
    if (places.size() > kMostNeighbours) {
      return Undecided(route, std::to_string(places.size()) + " routes can have them");
    }
    Universe u;
    const std::vector<std::uint32_t> listeners = AddListeners(u, whole_);
    const auto lost = Lost(u, route, places, listeners);
    if (!lost) {
      return Undecided(route,
                       "a route reads access-control-request-headers, and which names are "
                       "listed there is the browser's");
    }
    const auto classes = ClassesOf(u);
    if (!classes) return Undecided(route, classes.error());
    Symbolic symbolic(u, *classes);
    const auto found = symbolic.Find("a preflight goes elsewhere", *lost, kQueryMs);
    if (found.kind == Symbolic::Found::Kind::kUnknown) return Undecided(route, found.reason);
    if (found.kind == Symbolic::Found::Kind::kNone) return;
    Show(route, Decode(u, found.request, {}, listeners));
  }

  void Show(std::uint32_t route, Witness request) {
    Witness preflight = PreflightOf(request);
    Witness looked_up = preflight;
    looked_up.method = request.method;
    looked_up.client = ConnectionOf(preflight).peer_address;
    const auto other = requests_->engine().FirstMatch(looked_up);
    const auto same_cors = [&](std::uint32_t place) {
      return SameCors(routes_[route], routes_[place]);
    };
    std::string wrong = requests_->Routes(request, route);
    if (wrong.empty()) wrong = requests_->AnswersNoPreflight(preflight, same_cors);
    if (wrong.empty() && other && same_cors(*other)) wrong = "its preflight is looked up otherwise";
    if (!wrong.empty()) return Undecided(route, wrong);
    Finding& finding = result_.findings.emplace_back();
    Describe(route, other, finding);
    finding.witness = std::move(request);
    finding.preflight = std::move(preflight);
  }

  void Describe(std::uint32_t route, std::optional<std::uint32_t> other, Finding& finding) {
    const Route& own = routes_[route];
    const std::string cors = "cors '" + policy_[*own.cors].name + "'";
    auto& diagnostic = finding.diagnostic;
    diagnostic.rule = kRule;
    diagnostic.severity = dsl::Severity::kWarning;
    diagnostic.span = SpanOf(policy_, own.node);
    diagnostic.message = cors + " of route '" + own.name + "' does not answer every preflight: ";
    if (!other) {
      diagnostic.message += "some match no route, as they bear none of the script's headers";
    } else {
      const Route& taker = routes_[*other];
      diagnostic.message += "some go to route '" + taker.name + "', " +
                            (taker.cors_upstream ? "whose upstream answers them"
                             : taker.cors ? "whose cors '" + policy_[*taker.cors].name + "' does"
                                          : std::string("which has no cors"));
      diagnostic.labels.push_back({SpanOf(policy_, taker.node), "has the witness's preflight"});
    }
    for (const auto& field : own.match.fields) {
      if (!DiffersOnPreflight(field) || diagnostic.labels.size() == 3) continue;
      diagnostic.labels.push_back(
          {SpanOf(policy_, field.node), "no preflight bears what a script sets"});
    }
    finding.fix = other ? "Write `cors " + policy_[*own.cors].name + "` on route '" +
                              routes_[*other].name +
                              "' too, or tell the two apart by host, path or query."
                        : "Tell its requests apart by host, path or query; or write a route below "
                          "it that matches them without the header, with the same cors.";
    diagnostic.help = finding.fix;
  }

  const Policy& policy_;
  const syntax::Gateway& whole_;
  const std::uint32_t gateway_;
  const std::vector<Route>& routes_;
  CheckResult& result_;
  std::vector<std::uint32_t> takers_;     // routes that some preflight matches
  std::vector<std::uint32_t> differing_;  // of these, those that read what is another on it
  bool reads_accept_ = false;
  std::vector<Reach> reaches_;
  std::unique_ptr<RouteRequests> requests_;
};

}  // namespace

CheckResult CheckPreflights(const Policy& policy) {
  CheckResult result;
  for (std::uint32_t gateway = 0; gateway < policy.gateways.size(); ++gateway) {
    GatewayPreflights(policy, gateway, result).Run();
  }
  return result;
}

}  // namespace weir::compiler
