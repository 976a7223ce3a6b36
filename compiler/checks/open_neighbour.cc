// What a protected route leaves open beside it. Its author thinks of a resource of
// the service; the route matches certain octets of a path and certain methods. What
// many a service takes for the same resource goes on to the next route: another
// method, a last slash, another case, a parameter of a segment; and another route's
// rewriting can give a request the very path that is protected.
//
// Requests are looked for, not decided: a few are made from one that the route has,
// and each is looked up and played. The steps are counted.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/places.h"
#include "compiler/checks/route_requests.h"
#include "compiler/checks/takes_anybody.h"
#include "compiler/checks/upstream_path.h"
#include "compiler/checks/vain_reads.h"
#include "runtime/base/ascii.h"

namespace weir::compiler {
namespace {

using syntax::Gateway;
using syntax::Policy;
using syntax::Route;
using syntax::Subject;

constexpr char kRule[] = "open-neighbour";
constexpr std::size_t kMostPaths = 8;       // of one route that are looked around
constexpr std::size_t kWitnesses = 50;      // of a gateway: each is played on the slow model
constexpr std::size_t kMostSteps = 60'000;  // look-ups of a gateway

const syntax::Forward* ForwardOf(const Route& route) {
  return std::get_if<syntax::Forward>(&route.action);
}

// A token, a key, or rules about who asks or what they bring.
bool IsGuarded(const Route& route) {
  if (ForwardOf(route) == nullptr) return false;
  return DemandsCredential(route.authentication) ||
         AnyRead(route.rules, [](const syntax::Attribute& attribute) {
           return SaysWhoCalls(attribute) || attribute.subject == Subject::kHeader ||
                  attribute.subject == Subject::kCookie;
         });
}

std::optional<std::uint32_t> CommonService(const Route& a, const Route& b) {
  for (const auto& target : ForwardOf(a)->targets) {
    for (const auto& other : ForwardOf(b)->targets) {
      if (target.service == other.service) return target.service.index;
    }
  }
  return std::nullopt;
}

const syntax::FieldValue* HostSent(const Route& route) {
  const syntax::FieldValue* host = nullptr;
  for (const auto& transform : route.request) {
    if (transform.kind == syntax::Transform::Kind::kSetHost) host = &transform.value;
  }
  return host;
}

bool SameHostSent(const Route& a, const Route& b) {
  const auto *one = HostSent(a), *other = HostSent(b);
  return one == nullptr || other == nullptr ? one == other : *one == *other;
}

// Whether the service could tell the requests of one from the other's by what is
// written into them.
bool IsMarked(const Route& open, const Route& guarded) {
  return std::ranges::any_of(open.request, [&](const syntax::Transform& transform) {
    using Kind = syntax::Transform::Kind;
    const bool writes = transform.kind == Kind::kSetHeader || transform.kind == Kind::kAddHeader ||
                        transform.kind == Kind::kSetQuery;
    return writes && std::ranges::none_of(guarded.request, [&](const syntax::Transform& other) {
             return other.kind == transform.kind && other.name == transform.name &&
                    other.value == transform.value;
           });
  });
}

bool SharesAPath(const Route& a, const Route& b) {
  if (a.match.paths.empty() && b.match.paths.empty()) return true;
  return std::ranges::any_of(a.match.paths, [&](const auto& path) {
    return std::ranges::any_of(b.match.paths, [&](const auto& other) {
      return other.kind == path.kind && other.text == path.text;
    });
  });
}

// As a service reads it that folds case, drops parameters and a last slash.
std::string Folded(const std::string& path) {
  std::string folded;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == ';') {
      i = std::min(path.find('/', i), path.size()) - 1;
    } else {
      folded += path[i];
    }
  }
  while (folded.size() > 1 && folded.ends_with('/')) folded.pop_back();
  return Lowered(folded);
}

struct Variation {
  std::string text;   // as it is listed: "HEAD", "/settings/"
  std::string kind;   // what was varied
  bool mild = false;  // only some services read it so
  Witness request;
};

std::vector<Variation> MethodsBeside(const Route& route, const Witness& sample) {
  const auto& methods = route.match.methods;
  if (methods.empty()) return {};
  const auto lists = [&](const std::string& method) {
    return std::ranges::find(methods, method) != methods.end();
  };
  const bool reads = lists("GET") || lists("HEAD");
  std::vector<std::string> beside;
  for (const char* method : {"HEAD", "GET", "POST", "PUT", "PATCH", "DELETE"}) {
    // To guard only what writes is a plain intention.
    const bool read = method == std::string("GET") || method == std::string("HEAD");
    if (!lists(method) && (reads || !read)) beside.emplace_back(method);
  }
  beside.push_back(Lowered(methods[0]));
  std::vector<Variation> variations;
  for (const std::string& method : beside) {
    Variation& each = variations.emplace_back(Variation{method, method, false, sample});
    each.request.method = method;
  }
  return variations;
}

std::vector<Variation> PathsBeside(const Witness& sample) {
  const std::string& path = sample.path;
  std::vector<Variation> variations;
  const auto add = [&](const std::string& other, const char* kind, bool mild) {
    // An escape has one canonical form.
    if (other == path || other.empty() || (mild && path.find('%') != path.npos)) return;
    variations.push_back(Variation{"\"" + other + "\"", kind, mild, sample});
    variations.back().request.path = other;
  };
  if (path == "/") return variations;
  const std::size_t end = std::min(path.find('/', 1), path.size());
  add(path.ends_with('/') ? path.substr(0, path.size() - 1) : path + "/", "slash", false);
  add(Uppered(path) != path ? Uppered(path) : Lowered(path), "case", true);
  add(path.substr(0, end) + ";x" + path.substr(end), "parameter", true);
  return variations;
}

class Neighbours {
 public:
  Neighbours(const Policy& policy, std::uint32_t gateway, CheckResult& result)
      : policy_(policy),
        gateway_(policy.gateways[gateway]),
        routes_(gateway_.routes),
        requests_(policy, gateway),
        result_(result) {}

  void Run(const std::vector<std::uint32_t>& guarded, const std::vector<std::uint32_t>& open) {
    for (const std::uint32_t route : open) open_.insert(route);
    for (const std::uint32_t route : guarded) {
      if (std::ranges::any_of(open, [&](std::uint32_t other) { return MayMeet(route, other); })) {
        LookAround(route, open);
      }
      if (steps_ > kMostSteps) {
        result_.unknown.push_back({kRule,
                                   "whether route '" + routes_[route].name +
                                       "' and those below have open neighbours: more than " +
                                       std::to_string(kMostSteps) + " requests would be looked up",
                                   SpanOf(policy_, routes_[route].node)});
        return;
      }
    }
  }

 private:
  bool MayMeet(std::uint32_t guarded, std::uint32_t open) const {
    return guarded != open && CommonService(routes_[guarded], routes_[open]) &&
           SameHostSent(routes_[guarded], routes_[open]);
  }

  std::optional<std::uint32_t> FirstMatch(Witness request) {
    ++steps_;
    request.client = ConnectionOf(request).peer_address;
    return requests_.engine().FirstMatch(request);
  }

  // Requests that the route has, one for each of its paths, and one below it.
  struct Sample {
    Witness request;
    bool below = false;
  };
  std::vector<Sample> SamplesOf(std::uint32_t route) {
    const auto& paths = routes_[route].match.paths;
    std::vector<Sample> samples;
    for (std::uint32_t i = 0; i < std::clamp<std::size_t>(paths.size(), 1, kMostPaths); ++i) {
      const RouteVerdict verdict =
          paths.size() < 2 ? requests_.engine().Decide(route)
                           : requests_.engine().ExplainPart(route, {MatchPart::Kind::kPath, i});
      ++steps_;
      if (verdict.kind != RouteVerdict::Kind::kAlive || !verdict.witness) continue;
      samples.push_back({*verdict.witness, false});
      Sample below{*verdict.witness, true};
      below.request.path += below.request.path.ends_with('/') ? "x" : "/x";
      if (FirstMatch(below.request) == route) samples.push_back(std::move(below));
    }
    return samples;
  }

  void LookAround(std::uint32_t guarded, const std::vector<std::uint32_t>& open) {
    std::map<std::uint32_t, std::vector<Variation>> beside;  // by the open route
    std::set<std::uint32_t> sent_on;
    const Route& route = routes_[guarded];
    for (const auto& [sample, is_below] : SamplesOf(guarded)) {
      const std::string sent = UpstreamPath(route, sample.path);
      auto variations = MethodsBeside(route, sample);
      std::ranges::move(PathsBeside(sample), std::back_inserter(variations));
      for (Variation& each : variations) {
        const auto taker = FirstMatch(each.request);
        if (!taker || !open_.contains(*taker) || !MayMeet(guarded, *taker)) continue;
        const Route& other = routes_[*taker];
        if (Folded(UpstreamPath(other, each.request.path)) != Folded(sent)) continue;
        if (IsSplitByMethod(route, other, sample.method, each.request.method)) continue;
        auto& list = beside[*taker];
        const bool said = std::ranges::any_of(list, [&](const Variation& before) {
          return before.text == each.text || (is_below && before.kind == each.kind);
        });
        if (!said) list.push_back(std::move(each));
      }
      for (const std::uint32_t other : open) {
        if (!MayMeet(guarded, other) || sent_on.contains(other)) continue;
        const bool writes = std::ranges::any_of(route.request, WritesPath) ||
                            std::ranges::any_of(routes_[other].request, WritesPath);
        if (writes && SentOn(guarded, other, sample, sent)) sent_on.insert(other);
        if (steps_ > kMostSteps) return;
      }
    }
    for (auto& [other, list] : beside) Beside(guarded, other, std::move(list));
  }

  // Both were written for the same paths, and each lists its methods: the open
  // ones are meant. A HEAD that goes past a guarded GET is not.
  static bool IsSplitByMethod(const Route& guarded, const Route& open, const std::string& own,
                              const std::string& method) {
    if (method == own || !SharesAPath(guarded, open)) return false;
    const auto& listed = open.match.methods;
    const auto& methods = guarded.match.methods;
    const bool head = method == "HEAD" && std::ranges::find(methods, "GET") != methods.end();
    return !head && std::ranges::find(listed, method) != listed.end();
  }

  // A request of `open` that arrives at the service as the sample does.
  bool SentOn(std::uint32_t guarded, std::uint32_t open, const Witness& sample,
              const std::string& sent) {
    const Route& route = routes_[open];
    const std::vector<std::string> paths = PathsSentAs(route, sent);
    if (paths.empty()) return false;
    const auto [own, fresh] = own_.try_emplace(open);
    if (fresh) own->second = requests_.engine().Decide(open).witness;
    if (!own->second) return false;
    std::vector<std::string> methods = routes_[guarded].match.methods;
    if (methods.empty()) methods = {own->second->method};
    for (const std::string& path : paths) {
      for (const std::string& method : methods) {
        Witness request = *own->second;
        request.method = method;
        request.path = path;
        request.host = sample.host;
        ComeInBy(request, gateway_.listeners, sample.listener);
        if (FirstMatch(request) != open) continue;
        if (Arrives(guarded, open, std::move(request), sent)) return true;
      }
    }
    return false;
  }

  // Whether the open route forwards it, as `sent`; it is played while there are
  // not too many that are shown.
  std::optional<Witness> Played(std::uint32_t open, Witness request, const std::string& sent) {
    const auto outcome = requests_.OutcomeOf({request, {}});
    const bool as_said = outcome && outcome->kind == model::Outcome::Kind::kForward &&
                         outcome->route == open && outcome->upstream_path == sent;
    if (!as_said) return std::nullopt;
    return request;
  }

  bool IsShown(std::uint32_t open) {
    // Without rules it forwards whatever reaches it.
    return shown_ < kWitnesses || !routes_[open].rules.empty() || !gateway_.rules.empty();
  }

  Finding Start(std::uint32_t guarded, std::uint32_t open) const {
    Finding finding;
    finding.diagnostic.rule = kRule;
    finding.diagnostic.span = SpanOf(policy_, routes_[guarded].node);
    finding.diagnostic.labels.push_back(
        {SpanOf(policy_, routes_[open].node), "forwards anybody to the same service"});
    return finding;
  }

  std::string ServiceOf(std::uint32_t guarded, std::uint32_t open) const {
    return "service '" + policy_.services[*CommonService(routes_[guarded], routes_[open])].name +
           "'";
  }

  bool Arrives(std::uint32_t guarded, std::uint32_t open, Witness request,
               const std::string& sent) {
    Finding finding = Start(guarded, open);
    const std::string method = request.method, path = request.path;
    if (IsShown(open)) {
      finding.witness = Played(open, std::move(request), sent);
      if (!finding.witness) return false;
      ++shown_;
    }
    finding.diagnostic.severity =
        IsMarked(routes_[open], routes_[guarded]) ? dsl::Severity::kWarning : dsl::Severity::kError;
    finding.diagnostic.message = "route '" + routes_[guarded].name + "' protects " + method +
                                 " \"" + sent + "\" of " + ServiceOf(guarded, open) + ", but " +
                                 method + " \"" + path + "\" arrives there as the same by route '" +
                                 routes_[open].name + "', which takes anybody";
    finding.fix = "Narrow what route '" + routes_[open].name +
                  "' matches or how it rewrites, or protect it as well.";
    finding.diagnostic.help = finding.fix;
    result_.findings.push_back(std::move(finding));
    return true;
  }

  void Beside(std::uint32_t guarded, std::uint32_t open, std::vector<Variation> found) {
    Finding finding = Start(guarded, open);
    std::vector<Variation> list;  // the plainest first, which is shown
    for (const bool mild : {false, true}) {
      for (Variation& each : found) {
        if (each.mild == mild) list.push_back(std::move(each));
      }
    }
    if (IsShown(open)) {
      std::erase_if(list, [&](const Variation& each) {
        auto played = Played(open, each.request, UpstreamPath(routes_[open], each.request.path));
        if (!played) return true;
        if (!finding.witness) finding.witness = std::move(played);
        return false;
      });
      if (list.empty()) return;
      ++shown_;
    }
    std::string what;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) what += i + 1 == list.size() ? " and " : ", ";
      what += list[i].text;
    }
    finding.diagnostic.severity = list[0].mild ? dsl::Severity::kNote : dsl::Severity::kWarning;
    finding.diagnostic.message = "route '" + routes_[guarded].name + "' is protected, but route '" +
                                 routes_[open].name + "' takes anybody to what " +
                                 ServiceOf(guarded, open) + " may read as the same: " + what;
    finding.fix = list[0].mild
                      ? "If the service reads such a path as the protected one, close it: match "
                        "~\"(?i)...\", or refuse it by a route of its own."
                      : "Match these too (`method` left out matches every method, \"/a/**\" also "
                        "\"/a/\"), or refuse them by a route of their own.";
    finding.diagnostic.help = finding.fix;
    result_.findings.push_back(std::move(finding));
  }

  const Policy& policy_;
  const Gateway& gateway_;
  const std::vector<Route>& routes_;
  RouteRequests requests_;
  CheckResult& result_;
  std::set<std::uint32_t> open_;
  std::map<std::uint32_t, std::optional<Witness>> own_;  // a request of each open route
  std::size_t shown_ = 0;
  std::size_t steps_ = 0;
};

}  // namespace

CheckResult CheckOpenNeighbours(const Policy& policy) {
  CheckResult result;
  for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
    const Gateway& gateway = policy.gateways[g];
    if (gateway.kind != Gateway::Kind::kGateway) continue;
    std::vector<std::uint32_t> guarded, open;
    for (std::uint32_t r = 0; r < gateway.routes.size(); ++r) {
      if (IsGuarded(gateway.routes[r])) {
        guarded.push_back(r);
      } else if (TakesAnybody(policy, gateway, gateway.routes[r])) {
        open.push_back(r);
      }
    }
    if (!guarded.empty() && !open.empty()) Neighbours(policy, g, result).Run(guarded, open);
  }
  return result;
}

}  // namespace weir::compiler
