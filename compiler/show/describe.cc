#include "compiler/lower/source_text.h"
#include "compiler/show/document.h"
#include "compiler/show/words.h"
#include "spec/model/retry.h"

namespace weir::compiler {
namespace {

class Describer {
 public:
  Describer(const syntax::Policy& policy, const dsl::SourceMap& sources)
      : policy_(policy), sources_(sources) {}

  Chapter Gateway(const syntax::Gateway& gateway) const {
    Chapter chapter;
    const bool sidecar = gateway.kind == syntax::Gateway::Kind::kSidecar;
    chapter.title = (sidecar ? "Sidecar " : "Gateway ") + gateway.name;
    for (const syntax::Listener& listener : gateway.listeners) {
      chapter.notes.push_back("listens on " + ListenerWords(listener));
    }
    if (gateway.identity) chapter.notes.push_back("is " + *gateway.identity);
    if (!gateway.limits.empty()) {
      chapter.notes.push_back("limits, before any route: " + Names(gateway.limits));
    }
    for (const std::string& rule : Rules(gateway.rules)) {
      chapter.notes.push_back("for every route: " + rule);
    }
    chapter.table.columns = {"#", "route", "line", "matches", "caller", "limits", "rules", "does"};
    for (std::size_t i = 0; i < gateway.routes.size(); ++i) {
      chapter.table.rows.push_back(Route(i, gateway, gateway.routes[i]));
    }
    chapter.notes.push_back("first match counts; without a match: " +
                            (gateway.otherwise
                                 ? "answer " + std::to_string(gateway.otherwise->status)
                                 : std::string("405 or 404")));
    return chapter;
  }

  Chapter Services() const {
    Chapter chapter;
    chapter.title = "Services";
    chapter.table.columns = {"service", "line", "at", "calls", "rules"};
    for (const syntax::Service& service : policy_.services) {
      std::vector<std::string> at;
      for (const syntax::Endpoint& endpoint : service.endpoints) {
        at.push_back(SocketWords(endpoint.address));
      }
      if (service.dns) at.push_back("dns " + *service.dns);
      if (service.file) at.push_back("file " + *service.file);
      std::vector<std::string> calls;
      for (const syntax::Call& call : service.calls) {
        calls.push_back(policy_[call.callee].name + " up to " + std::to_string(call.times));
      }
      chapter.table.rows.push_back({service.name, Line(service.node), Join(at, ", "),
                                    Join(calls, ", "), Join(Rules(service.rules), "\n")});
    }
    return chapter;
  }

 private:
  std::vector<std::string> Route(std::size_t place, const syntax::Gateway& gateway,
                                 const syntax::Route& route) const {
    return {std::to_string(place + 1),
            route.name,
            Line(route.node),
            Join(MatchWords(gateway, route.match), "\n"),
            Caller(route.authentication),
            Names(route.limits),
            Join(Rules(route.rules), "\n"),
            Join(Action(route), "\n")};
  }

  std::string Line(syntax::NodeId node) const {
    if (node >= policy_.origins.size()) return "";
    const syntax::Origin& origin = policy_.origins[node];
    if (origin.file >= sources_.file_count()) return "";
    return std::to_string(sources_.Begin(origin).line);
  }

  std::string Names(const std::vector<syntax::Ref<syntax::Limit>>& limits) const {
    std::vector<std::string> names;
    for (const syntax::Ref<syntax::Limit>& limit : limits) {
      const syntax::Limit& l = policy_[limit];
      names.push_back(l.name + " (" + std::to_string(l.count) + " per " + DurationWords(l.period) +
                      ")");
    }
    return Join(names, ", ");
  }

  std::vector<std::string> Rules(const std::vector<syntax::Rule>& rules) const {
    std::vector<std::string> texts;
    for (const syntax::Rule& rule : rules) {
      const std::string text = RuleText(policy_, &sources_, rule);
      texts.push_back(text.empty() ? (rule.allow ? "allow" : "deny") : text);
    }
    return texts;
  }

  std::string Caller(const syntax::Authentication& authentication) const {
    std::vector<std::string> words;
    if (authentication.jwt) words.push_back("jwt " + policy_[*authentication.jwt].name);
    if (authentication.keys) words.push_back("keys " + policy_[*authentication.keys].name);
    if (words.empty()) return "anyone";
    return Join(words, " or ") + (authentication.optional ? ", or none" : "");
  }

  // Taken apart whole, so that a new member is decided about. The other columns show
  // name, match, authentication, limits and rules; not shown are time limits, the
  // body's limit and what is done to responses.
  std::vector<std::string> Action(const syntax::Route& route) const {
    const auto& [name, match, cors, cors_upstream, authentication, limits, rules, request, response,
                 retry, timeout, timeout_total, idle_timeout, breaker, max_body, action, mirrors,
                 fallback, written, node] = route;
    std::vector<std::string> words;
    std::visit([&](const auto& does) { Does(does, words); }, action);
    for (const syntax::Transform& transform : request) words.push_back(TransformWords(transform));
    if (cors) words.push_back("cors " + policy_[*cors].name);
    if (cors_upstream) words.push_back("cors upstream");
    if (retry) {
      const std::uint32_t tries = model::TriesOf(policy_[*retry]);
      words.push_back("retry " + policy_[*retry].name + ": " + std::to_string(tries) +
                      (tries == 1 ? " try" : " tries"));
    }
    if (breaker) words.push_back("breaker " + policy_[*breaker].name);
    for (const auto& [service, percent, mirror_node] : mirrors) {
      words.push_back("mirror " + policy_[service].name +
                      (percent == 100 ? "" : " " + std::to_string(percent) + "%"));
    }
    if (fallback) words.push_back("fallback " + std::to_string(fallback->status));
    return words;
  }

  void Does(const syntax::Forward& forward, std::vector<std::string>& words) const {
    const auto& [targets, node] = forward;
    for (const auto& [service, weight, target_node] : targets) {
      words.push_back("forward " + policy_[service].name +
                      (targets.size() > 1 ? " weight " + std::to_string(weight) : ""));
    }
  }
  void Does(const syntax::Response& response, std::vector<std::string>& words) const {
    words.push_back("respond " + std::to_string(response.status));
  }
  void Does(const syntax::Redirect& redirect, std::vector<std::string>& words) const {
    words.push_back(RedirectWords(redirect));
  }

  const syntax::Policy& policy_;
  const dsl::SourceMap& sources_;
};

}  // namespace

Document Describe(const syntax::Policy& policy, const dsl::SourceMap& sources) {
  Document document;
  document.title = policy.files.empty() ? "policy" : policy.files[0];
  const Describer describer(policy, sources);
  for (const syntax::Gateway& gateway : policy.gateways) {
    document.chapters.push_back(describer.Gateway(gateway));
  }
  document.chapters.push_back(describer.Services());
  document.graph = GraphOf(policy);
  return document;
}

}  // namespace weir::compiler
