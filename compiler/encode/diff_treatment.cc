#include "compiler/encode/diff_treatment.h"

#include <algorithm>
#include <set>

#include "compiler/encode/cors.h"
#include "compiler/encode/diff_members.h"
#include "compiler/encode/match.h"
#include "spec/model/limit.h"

namespace weir::compiler {
namespace {

using syntax::Policy;
using syntax::Route;

std::string TextOf(const Members& members, const std::string& name) {
  const Member* member = MemberNamed(members, name);
  return member == nullptr ? "" : member->text;
}

// How far a request of this row came (spec/rules/order.md).
enum class Stage { kNoRoute, kPreflight, kBeforeIdentity, kDecided };

Stage StageOf(const Row& row) {
  if (!row.route) return Stage::kNoRoute;
  if (row.reason == "preflight" || row.reason == "preflight-origin") return Stage::kPreflight;
  const bool unknown = row.reason == "unauthenticated" || row.reason == "keys-unavailable";
  return unknown ? Stage::kBeforeIdentity : Stage::kDecided;
}

class Teller {
 public:
  Teller(const Side& side) : side_(side), policy_(side.policy()), gateway_(*side.gateway) {}

  // `captures`: what captured segments stand for in the requests of the row; null:
  // nothing reads them.
  Deeds Of(const Row& row, const Captures* captures) {
    deeds_.clear();
    captures_ = captures;
    Limits(gateway_.limits, GatewayOwner(gateway_), true);
    if (!row.route) {
      if (gateway_.otherwise) Answer("otherwise", GatewayOwner(gateway_), *gateway_.otherwise);
      return std::move(deeds_);
    }
    const Route& route = gateway_.routes[*row.route];
    owner_ = RouteOwner(route.name, gateway_.name);
    const Stage stage = StageOf(row);
    if (stage == Stage::kBeforeIdentity || stage == Stage::kDecided) {
      Limits(route.limits, owner_, stage == Stage::kDecided);
    }
    if (row.reason == "unauthenticated") Challenge(route);
    const bool refused =
        row.reason == "denied" || row.reason == "not-allowed" || row.reason == "rewrite";
    if (stage == Stage::kDecided && !refused) Act(route);
    return std::move(deeds_);
  }

 private:
  void Add(const std::string& key, Deed deed) { deeds_.emplace(key, std::move(deed)); }

  void Group(const std::string& group, const std::string& owner, const Members& members,
             syntax::NodeId node) {
    for (const Member& member : members) {
      Add(group + ": " + member.name, {member.text, owner, member.name, member.shown, node});
    }
  }

  void Limits(const std::vector<syntax::Ref<syntax::Limit>>& limits, const std::string& owner,
              bool identified) {
    std::vector<std::string> order;
    for (const auto ref : limits) {
      const syntax::Limit& limit = policy_[ref];
      if (!identified && model::NeedsIdentity(limit)) continue;
      order.push_back(limit.name);
      Members members = MembersOf(limit, captures_);
      // Without a store that can be down there is nothing to choose.
      if (limit.store == syntax::Limit::Store::kLocal) {
        std::erase_if(members, [](const Member& m) { return m.name == "store-down"; });
      }
      Group("limit " + limit.name, "limit " + limit.name, members, limit.node);
    }
    // Earlier charges stand, so the order shows: in who is refused, and by which.
    if (order.size() > 1) {
      const bool of_gateway = owner == GatewayOwner(gateway_);
      Add(of_gateway ? "order of the gateway's limits" : "order of limits",
          {ToldList(order), owner, of_gateway ? "limits" : "limit", "", gateway_.node});
    }
  }

  void Challenge(const Route& route) {
    const auto& [jwt, keys, optional, node] = route.authentication;
    std::string text;
    if (jwt) text += "Bearer realm=\"" + policy_[*jwt].name + "\"";
    if (keys) text += (text.empty() ? "" : ", ") + ("ApiKey realm=\"" + policy_[*keys].name + "\"");
    Add("challenge", {text, owner_, "challenge", "", node});
  }

  void Answer(const std::string& name, const std::string& owner, const syntax::Response& response) {
    if (response.body.empty() && response.headers.empty()) return;
    Add("response", {ToldResponse(response), owner, name, "", response.node});
  }

  void Clause(const Route& route, const Members& members, const std::string& name) {
    const std::string text = TextOf(members, name);
    if (text != "none" && text != "[]") Add(name, {text, owner_, name, "", ClauseOf(route, name)});
  }

  void Transforms(const Route& route, const std::vector<syntax::Transform>& transforms,
                  const std::string& name) {
    if (transforms.empty()) return;
    Add(name, {ToldTransform(transforms, captures_), owner_, name, ToldTransform(transforms),
               ClauseOf(route, name)});
  }

  void Act(const Route& route) {
    if (const auto* response = std::get_if<syntax::Response>(&route.action)) {
      return Answer("respond", owner_, *response);
    }
    if (const auto* redirect = std::get_if<syntax::Redirect>(&route.action)) {
      return Add("redirect", {ToldRedirect(*redirect, captures_), owner_, "redirect",
                              ToldRedirect(*redirect), redirect->node});
    }
    Targets(std::get<syntax::Forward>(route.action));
    const Members members = MembersOf(policy_, route, side_.renamed_services);
    Transforms(route, route.request, "request");
    Transforms(route, route.response, "response");
    Add("timeout", {TextOf(members, "timeout"), owner_, "timeout", "", ClauseOf(route, "timeout")});
    Clause(route, members, "idle-timeout");
    Clause(route, members, "fallback");
    if (!route.mirrors.empty()) {
      Add("mirror", {TextOf(members, "mirror"), owner_, "mirror", "", route.mirrors[0].node});
    }
    const std::uint64_t most = route.max_body.value_or(gateway_.max_body);
    if (most != 0) {
      Add("max-body", {ToldSize(most), route.max_body ? owner_ : GatewayOwner(gateway_), "max-body",
                       "", route.max_body ? ClauseOf(route, "max-body") : gateway_.node});
    }
    if (route.retry) {
      const syntax::Retry& retry = policy_[*route.retry];
      Group("retry", "retry " + retry.name, MembersOf(retry), retry.node);
    }
    if (route.breaker) {
      const syntax::Breaker& breaker = policy_[*route.breaker];
      Group("breaker", "breaker " + breaker.name, MembersOf(breaker), breaker.node);
    }
    if (route.cors && !route.cors_upstream) {
      const syntax::Cors& cors = policy_[*route.cors];
      Add("cors: upstream", {"its Access-Control fields are removed", "cors " + cors.name,
                             "origins", TextOf(MembersOf(cors), "origins"), cors.node});
    }
  }

  void Targets(const syntax::Forward& forward) {
    Add("forward", {ToldShares(policy_, forward, side_.renamed_services), owner_, "forward", "",
                    forward.node});
  }

  const Side& side_;
  const Policy& policy_;
  const syntax::Gateway& gateway_;
  std::string owner_;
  const Captures* captures_ = nullptr;
  Deeds deeds_;
};

// Parts of a row, by what captured segments stand for in their requests: what the
// first path that matches says (MATCH-10).
std::vector<std::pair<Row, std::optional<Captures>>> ByCaptures(Universe& u, const Side& side,
                                                                Row row) {
  std::vector<std::pair<Row, std::optional<Captures>>> parts;
  const Route* route = row.route ? &side.gateway->routes[*row.route] : nullptr;
  if (route == nullptr || !ReadsCaptures(side.policy(), *route)) {
    parts.emplace_back(std::move(row), std::nullopt);
    return parts;
  }
  const std::uint32_t path = u.At({Part::kPath, "", ""});
  std::map<Captures, Formula> when;
  Formula earlier = kFalse;
  for (const syntax::PathPattern& pattern : route->match.paths) {
    const Formula matches = MatchesPattern(u, path, pattern);
    const auto [place, added] = when.try_emplace(CapturesOf(pattern), kFalse);
    place->second = u.f.Or(place->second, u.f.And(matches, u.f.Not(earlier)));
    earlier = u.f.Or(earlier, matches);
  }
  if (when.empty()) when.try_emplace({}, kTrue);
  for (const auto& [captures, formula] : when) {
    Row part = row;
    part.when = u.f.And(row.when, formula);
    parts.emplace_back(std::move(part), captures);
  }
  return parts;
}

bool AdmitsAny(const syntax::Cors& cors) {
  return std::ranges::any_of(cors.origins, [](const syntax::OriginPattern& origin) {
    return origin.kind == syntax::OriginPattern::Kind::kAny;
  });
}

// The fields of CORS-2 and CORS-4: `admitted` is the request's origin.
void AddCorsFields(const syntax::Cors& cors, bool preflight, bool admitted, Deeds& deeds) {
  const Members members = MembersOf(cors);
  const auto add = [&](const std::string& field, const std::string& member,
                       const std::string& text) {
    deeds["cors: " + field] = {text, "cors " + cors.name, member, TextOf(members, member),
                               cors.node};
  };
  const bool any = AdmitsAny(cors);
  if (!any) add("vary", "origins", "Origin");
  if (!any && !admitted) return;
  add("allow-origin", "origins", any ? "*" : "the request's");
  if (cors.credentials && !any) add("credentials", "credentials", "true");
  if (!preflight) {
    if (!cors.expose.empty()) add("expose", "expose", ToldList(cors.expose));
    return;
  }
  if (!cors.methods.empty()) add("methods", "methods", ToldList(cors.methods));
  if (!cors.headers.empty()) add("headers", "headers", ToldList(cors.headers));
  if (cors.max_age) {
    add("max-age", "max-age", std::to_string(cors.max_age->nanoseconds / 1'000'000'000));
  }
}

void Finish(TreatedRow made, std::vector<TreatedRow>& all) {
  made.row.aspects.clear();
  for (const auto& [key, deed] : made.deeds) made.row.aspects[key] = deed.text;
  all.push_back(std::move(made));
}

// What is on one side only, a retry or a limit, is told as one setting.
bool IsOneSided(const Deeds& deeds, const std::string& group) {
  const auto first = deeds.lower_bound(group + ": ");
  return first == deeds.end() || !first->first.starts_with(group + ": ");
}

std::string GroupOf(const std::string& key) {
  const std::size_t colon = key.find(": ");
  return colon == std::string::npos ? "" : key.substr(0, colon);
}

std::string WholeGroup(const Deeds& deeds, const std::string& group) {
  std::string text;
  std::set<std::string> told;
  for (const auto& [key, deed] : deeds) {
    if (GroupOf(key) != group || !told.insert(deed.name).second) continue;
    text += (text.empty() ? "" : ", ") + deed.name + " " +
            (deed.shown.empty() ? deed.text : deed.shown);
  }
  return text;
}

const Deed* Find(const Deeds& deeds, const std::string& key) {
  const auto place = deeds.find(key);
  return place == deeds.end() ? nullptr : &place->second;
}

const Deed* AnyOf(const Deeds& deeds, const std::string& group) {
  for (const auto& [key, deed] : deeds) {
    if (GroupOf(key) == group) return &deed;
  }
  return nullptr;
}

}  // namespace

std::string RouteOwner(const std::string& route, const std::string& gateway) {
  return "route " + route + " of " + gateway;
}

std::string GatewayOwner(const syntax::Gateway& gateway) {
  return (gateway.kind == syntax::Gateway::Kind::kSidecar ? "sidecar " : "gateway ") + gateway.name;
}

syntax::NodeId ClauseOf(const Route& route, const std::string& keyword) {
  for (const syntax::WrittenClause& clause : route.written) {
    if (clause.in_force && clause.keyword == keyword) return clause.node;
  }
  if (keyword == "request" && !route.request.empty()) return route.request[0].node;
  if (keyword == "response" && !route.response.empty()) return route.response[0].node;
  return route.node;
}

std::vector<TreatedRow> Treated(Universe& u, const Side& side, std::vector<Row> rows) {
  std::vector<TreatedRow> all;
  std::vector<std::pair<Row, std::optional<Captures>>> parts;
  for (Row& row : rows) {
    for (auto& part : ByCaptures(u, side, std::move(row))) parts.push_back(std::move(part));
  }
  for (auto& [row, captures] : parts) {
    TreatedRow made{std::move(row), {}};
    if (side.gateway == nullptr || made.row.reason == "not-served") {
      Finish(std::move(made), all);
      continue;
    }
    made.deeds = Teller(side).Of(made.row, captures ? &*captures : nullptr);
    const Route* route = made.row.route ? &side.gateway->routes[*made.row.route] : nullptr;
    if (route == nullptr || !route->cors || route->cors_upstream) {
      Finish(std::move(made), all);
      continue;
    }
    const syntax::Cors& cors = side.policy()[*route->cors];
    const bool preflight = StageOf(made.row) == Stage::kPreflight;
    if (preflight || AdmitsAny(cors)) {
      AddCorsFields(cors, preflight, made.row.reason != "preflight-origin", made.deeds);
      Finish(std::move(made), all);
      continue;
    }
    const Formula admitted = AdmitsOrigin(u, cors, u.At({Part::kHeader, "", "origin"}));
    TreatedRow other = made;
    made.row.when = u.f.And(made.row.when, admitted);
    other.row.when = u.f.And(other.row.when, u.f.Not(admitted));
    AddCorsFields(cors, false, true, made.deeds);
    AddCorsFields(cors, false, false, other.deeds);
    Finish(std::move(other), all);
    Finish(std::move(made), all);
  }
  return all;
}

namespace {

class Comparison {
 public:
  Comparison(const Side& before_side, const TreatedRow& before, const Side& after_side,
             const TreatedRow& after)
      : before_side_(before_side),
        after_side_(after_side),
        before_(before),
        after_(after),
        old_route_(RouteOf(before_side, before.row)),
        new_route_(RouteOf(after_side, after.row)) {}

  std::vector<SettingChange> Run() {
    // A route that takes requests, or takes them no more, does so by its match.
    if ((old_route_ == nullptr) != (new_route_ == nullptr)) return {};
    Authentication();
    SentPath();
    std::set<std::string> keys;
    for (const auto& [key, deed] : before_.deeds) keys.insert(key);
    for (const auto& [key, deed] : after_.deeds) keys.insert(key);
    for (const std::string& key : keys) One(key);
    return std::move(changes_);
  }

 private:
  static const Route* RouteOf(const Side& side, const Row& row) {
    return row.route ? &side.gateway->routes[*row.route] : nullptr;
  }

  void Push(SettingChange change) {
    for (const SettingChange& other : changes_) {
      if (other.owner == change.owner && other.name == change.name) return;
    }
    changes_.push_back(std::move(change));
  }

  void Authentication() {
    if (old_route_ == nullptr || new_route_ == nullptr) return;
    if (before_.row.reason == after_.row.reason) return;
    const std::string before =
        TextOf(MembersOf(before_side_.policy(), *old_route_, {}), "authenticate");
    const std::string after =
        TextOf(MembersOf(after_side_.policy(), *new_route_, {}), "authenticate");
    if (before == after) return;
    Push({RouteOwner(new_route_->name, after_side_.gateway->name), "authenticate", before, after,
          ClauseOf(*old_route_, "authenticate"), ClauseOf(*new_route_, "authenticate")});
  }

  // Whether the path may be sent lies in what the transforms make of it.
  void SentPath() {
    if (old_route_ == nullptr || new_route_ == nullptr) return;
    if ((before_.row.reason == "rewrite") == (after_.row.reason == "rewrite")) return;
    const std::string before = ToldTransform(old_route_->request);
    const std::string after = ToldTransform(new_route_->request);
    if (before == after) return;
    Push({RouteOwner(new_route_->name, after_side_.gateway->name), "request", before, after,
          ClauseOf(*old_route_, "request"), ClauseOf(*new_route_, "request")});
  }

  void One(const std::string& key) {
    const Deed* before = Find(before_.deeds, key);
    const Deed* after = Find(after_.deeds, key);
    if (before != nullptr && after != nullptr && before->text == after->text) return;
    const std::string group = GroupOf(key);
    if (!group.empty() && (IsOneSided(before_.deeds, group) || IsOneSided(after_.deeds, group))) {
      // Answers of another kind have other fields: no setting says so.
      if (group == "cors" && !CorsDiffers()) return;
      if (before_.row.forwards != after_.row.forwards && group != "cors") return;
      return OneSided(group);
    }
    if (before_.row.forwards != after_.row.forwards && group != "cors") return;
    if (group == "cors") return Cors(before, after);
    const Deed& any = after != nullptr ? *after : *before;
    std::string old_text = Shown(before), new_text = Shown(after);
    // The same words, and other segments behind the names.
    if (old_text == new_text) old_text = before->text, new_text = after->text;
    Push({any.owner, any.name, old_text, new_text, NodeOf(before), NodeOf(after)});
  }

  static std::string Shown(const Deed* deed) {
    if (deed == nullptr) return "none";
    return deed->shown.empty() ? deed->text : deed->shown;
  }
  static syntax::NodeId NodeOf(const Deed* deed) {
    return deed == nullptr ? syntax::kNoNode : deed->node;
  }

  void OneSided(const std::string& group) {
    const Deed* before = AnyOf(before_.deeds, group);
    const Deed* after = AnyOf(after_.deeds, group);
    const Deed& any = after != nullptr ? *after : *before;
    const std::string one =
        any.owner + " (" + WholeGroup(after != nullptr ? after_.deeds : before_.deeds, group) + ")";
    const Route* route = new_route_ != nullptr ? new_route_ : old_route_;
    const bool of_gateway = group.starts_with("limit ") && IsGatewayLimit(group.substr(6));
    const std::string owner = route == nullptr || of_gateway
                                  ? GatewayOwner(*after_side_.gateway)
                                  : RouteOwner(route->name, after_side_.gateway->name);
    const std::string clause = group.substr(0, group.find(' '));
    const std::string name = of_gateway ? "limits " + group.substr(6) : group;
    const auto node = [&](const Route* written, const Deed* deed) {
      if (deed == nullptr) return syntax::kNoNode;
      return written == nullptr || of_gateway ? deed->node : ClauseOf(*written, clause);
    };
    Push({owner, name, before ? one : "none", after ? one : "none", node(old_route_, before),
          node(new_route_, after)});
  }

  bool IsGatewayLimit(const std::string& name) const {
    for (const Side* side : {&before_side_, &after_side_}) {
      for (const auto limit : side->gateway->limits) {
        if (side->policy()[limit].name == name) return true;
      }
    }
    return false;
  }

  const syntax::Cors* CorsOf(const Side& side, const Route* route) const {
    if (route == nullptr || !route->cors || route->cors_upstream) return nullptr;
    return &side.policy()[*route->cors];
  }

  bool CorsDiffers() const {
    const syntax::Cors* before = CorsOf(before_side_, old_route_);
    const syntax::Cors* after = CorsOf(after_side_, new_route_);
    if (before == nullptr || after == nullptr) return before != after;
    return TextOf(MembersOf(*before), "origins") != TextOf(MembersOf(*after), "origins");
  }

  // Which origins are admitted decides which fields there are at all; what a field
  // says is its own setting's.
  void Cors(const Deed* before, const Deed* after) {
    const syntax::Cors* old_cors = CorsOf(before_side_, old_route_);
    const syntax::Cors* new_cors = CorsOf(after_side_, new_route_);
    if (old_cors == nullptr || new_cors == nullptr) return;
    const Members old_members = MembersOf(*old_cors), new_members = MembersOf(*new_cors);
    const bool one_sided = before == nullptr || after == nullptr;
    const bool origins = TextOf(old_members, "origins") != TextOf(new_members, "origins");
    const Deed& any = after != nullptr ? *after : *before;
    const std::string name = one_sided && origins ? "origins" : any.name;
    const std::string old_text = TextOf(old_members, name), new_text = TextOf(new_members, name);
    if (old_text == new_text) return;
    Push({"cors " + new_cors->name, name, old_text, new_text, old_cors->node, new_cors->node});
  }

  const Side& before_side_;
  const Side& after_side_;
  const TreatedRow& before_;
  const TreatedRow& after_;
  const Route* old_route_;
  const Route* new_route_;
  std::vector<SettingChange> changes_;
};

}  // namespace

std::vector<SettingChange> ChangesOf(const Side& before_side, const TreatedRow& before,
                                     const Side& after_side, const TreatedRow& after) {
  return Comparison(before_side, before, after_side, after).Run();
}

}  // namespace weir::compiler
