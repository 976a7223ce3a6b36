// Follows runtime/decide's phases over the records: preflight, the first match,
// authentication, the rules of every scope, the action.
#include "compiler/encode/table_order.h"

#include <utility>

#include "compiler/encode/cors.h"
#include "compiler/encode/table_aspects.h"
#include "compiler/encode/table_expression.h"
#include "compiler/encode/table_match.h"
#include "runtime/request/canonical.h"

namespace weir::compiler {
namespace {

using runtime::kNoIndex;
using runtime::RouteRecord;
using runtime::TableView;

class TableEncoder {
 public:
  TableEncoder(Universe& u, const TableView& table, const std::vector<std::uint32_t>& listeners)
      : u_(u), table_(table), listeners_(listeners), range_(table.gateway().routes) {}

  std::expected<std::vector<Row>, std::string> Run() {
    auto candidates = TableCandidates(u_, table_, listeners_);
    if (!candidates) return std::unexpected(candidates.error());
    candidates_ = std::move(*candidates);
    reaches_ = TableReaches(table_, candidates_);
    common_ = TableGatewayAspects(table_);
    const std::uint32_t method = u_.At({Part::kMethod, "", ""});
    const Formula live = Preflight(method);
    const std::vector<Formula> matches = TableMatches(u_, table_, candidates_, method);
    const std::vector<Formula> selected = FirstMatches(u_.f, matches, reaches_);
    for (std::uint32_t i = 0; i < range_.count; ++i) {
      OneRoute(i, u_.f.And(live, selected[i]));
    }
    NoRoute(u_.f.And(live, u_.f.Not(u_.f.Or(matches))));
    return std::move(rows_);
  }

 private:
  const RouteRecord& Record(std::uint32_t i) const { return table_.routes()[range_.first + i]; }

  Row& Add(Formula when, std::uint32_t status, const std::string& reason) {
    Row row;
    row.when = when;
    row.status = static_cast<std::uint16_t>(status);
    row.reason = reason;
    row.aspects = common_;
    row.aspects["answer"] = std::to_string(status) + " " + reason;
    rows_.push_back(std::move(row));
    return rows_.back();
  }

  Row& AddFor(std::uint32_t i, Formula when, std::uint32_t status, const std::string& reason) {
    Row& row = Add(when, status, reason);
    row.route = i;
    row.route_name = table_.text(Record(i).name);
    row.place = PlaceOf(i);
    row.aspects.merge(TableAnswerAspects(table_, Record(i)));
    return row;
  }

  RulePlace PlaceOf(std::uint32_t i) const {
    RulePlace place;
    const RouteRecord& route = Record(i);
    if (route.api_keys != kNoIndex) place.keys = TableKeysText(table_, route.api_keys);
    if (route.jwt == kNoIndex) return place;
    place.jwt = TableJwtText(table_, route.jwt);
    place.claims = RegisteredClaims();
    for (const auto& claim : TableView::Slice(table_.claims(), table_.jwts()[route.jwt].claims)) {
      const std::string name(table_.text(claim.name));
      const std::string member(table_.text(claim.source));
      switch (claim.type) {
        case runtime::AttributeType::kInteger:
          place.claims[{name, Part::kIntegerClaim}] = {Part::kIntegerClaim, member};
          break;
        case runtime::AttributeType::kBoolean:
          place.claims[{name, Part::kBooleanClaim}] = {Part::kBooleanClaim, member};
          break;
        case runtime::AttributeType::kStringList:
          place.claims[{name, Part::kListClaim}] = {
              claim.words != 0 ? Part::kWordsClaim : Part::kListClaim, member};
          break;
        case runtime::AttributeType::kString:
        case runtime::AttributeType::kAddress:
          place.claims[{name, Part::kTextClaim}] = {Part::kTextClaim, member};
          break;
      }
    }
    return place;
  }

  Formula Preflight(std::uint32_t method) {
    bool some = false;
    for (std::uint32_t i = 0; i < range_.count; ++i) {
      some |= Record(i).cors != kNoIndex && Record(i).cors_upstream == 0;
    }
    if (!some) return kTrue;
    const std::uint32_t origin = u_.At({Part::kHeader, "", "origin"}),
                        wanted = u_.At({Part::kHeader, "", "access-control-request-method"});
    Formula asks = u_.Equals(method, "OPTIONS");
    for (std::uint32_t at : {origin, wanted}) {
      asks = u_.f.And({asks, u_.Present(at), u_.f.Not(u_.Equals(at, ""))});
    }
    const std::vector<Formula> selected =
        FirstMatches(u_.f, TableMatches(u_, table_, candidates_, wanted), reaches_);
    std::vector<Formula> answered;
    for (std::uint32_t i = 0; i < range_.count; ++i) {
      const RouteRecord& route = Record(i);
      if (route.cors == kNoIndex || route.cors_upstream != 0) continue;
      const Formula here = u_.f.And(asks, selected[i]);
      const Formula admitted = Admits(route.cors, origin);
      AddFor(i, u_.f.And(here, admitted), 204, "preflight");
      AddFor(i, u_.f.And(here, u_.f.Not(admitted)), 403, "preflight-origin");
      answered.push_back(here);
    }
    return u_.f.Not(u_.f.Or(std::move(answered)));
  }

  Formula Admits(std::uint32_t cors, std::uint32_t origin) {
    std::vector<Formula> any;
    for (const auto& record : TableView::Slice(table_.origins(), table_.cors()[cors].origins)) {
      const std::string scheme(table_.text(record.scheme)), host(table_.text(record.host));
      switch (record.kind) {
        case runtime::OriginKind::kAny:
          return kTrue;
        case runtime::OriginKind::kNull:
          any.push_back(u_.Equals(origin, "null"));
          break;
        case runtime::OriginKind::kExact:
          any.push_back(u_.Equals(origin, table_.text(record.text)));
          break;
        case runtime::OriginKind::kSuffix:
          any.push_back(u_.InLanguage(
              origin, "origin " + scheme + " " + host + " " + std::to_string(record.port),
              OriginsUnder(scheme, host, record.port)));
          break;
      }
    }
    return u_.f.Or(std::move(any));
  }

  void NoRoute(Formula live) {
    const std::uint32_t otherwise = table_.gateway().otherwise;
    if (otherwise != kNoIndex) {
      Add(live, table_.responses()[otherwise].status, "no-route").aspects["response"] =
          TableResponseText(table_, otherwise);
      return;
    }
    // AnswerMethod: some route that matches all but the method names methods.
    const std::vector<Formula> but_method = TableMatchesButMethod(u_, table_, candidates_);
    std::vector<Formula> any;
    for (std::uint32_t i = 0; i < range_.count; ++i) {
      if (Record(i).methods.count > 0) any.push_back(but_method[i]);
    }
    const Formula allows = u_.f.Or(std::move(any));
    Add(u_.f.And(live, allows), 405, "method");
    Add(u_.f.And(live, u_.f.Not(allows)), 404, "no-route");
  }

  Formula Came(const RulePlace& place, std::uint32_t outcome) {
    std::vector<Formula> any;
    if (place.jwt) any.push_back(u_.Is(u_.At({Part::kJwt, *place.jwt, ""}), outcome));
    if (place.keys) any.push_back(u_.Is(u_.At({Part::kKeys, *place.keys, ""}), outcome));
    return u_.f.Or(std::move(any));
  }

  Formula Authenticate(std::uint32_t i, Formula live, const RulePlace& place) {
    if (!place.jwt && !place.keys) return live;
    const Formula unavailable = Came(place, kKeysUnavailable);
    const Formula bad = u_.f.And(u_.f.Not(unavailable), Came(place, kBadCredential));
    const Formula sound = u_.f.Not(u_.f.Or(unavailable, bad));
    const Formula verified = u_.f.And(sound, Came(place, kVerified));
    const Formula none = u_.f.And(sound, u_.f.Not(verified));
    const bool optional = Record(i).authentication_optional != 0;
    AddFor(i, u_.f.And(live, unavailable), 503, "keys-unavailable");
    AddFor(i, u_.f.And(live, optional ? bad : u_.f.Or(bad, none)), 401, "unauthenticated")
        .aspects["challenge"] = TableChallengeText(table_, Record(i));
    return u_.f.And(live, optional ? u_.f.Or(verified, none) : verified);
  }

  void OneRoute(std::uint32_t i, Formula live) {
    const RouteRecord& route = Record(i);
    const RulePlace place = PlaceOf(i);
    live = Authenticate(i, live, place);
    std::vector<runtime::Range> scopes{table_.gateway().rules, route.rules};
    for (const auto& target : TableView::Slice(table_.targets(), route.targets)) {
      scopes.push_back(table_.services()[target.service].rules);
    }
    std::vector<Formula> denies, allowed;
    for (runtime::Range scope : scopes) {
      std::vector<Formula> allows;
      bool some = false;
      for (const auto& rule : TableView::Slice(table_.rules(), scope)) {
        some |= rule.allow != 0;
        (rule.allow != 0 ? allows : denies)
            .push_back(EncodeTableExpression(u_, table_, rule.when, range_.first + i, place));
      }
      if (some) allowed.push_back(u_.f.Or(std::move(allows)));
    }
    const Formula denied = u_.f.Or(std::move(denies)), fine = u_.f.And(std::move(allowed));
    AddFor(i, u_.f.And(live, denied), 403, "denied");
    live = u_.f.And(live, u_.f.Not(denied));
    AddFor(i, u_.f.And(live, u_.f.Not(fine)), 403, "not-allowed");
    Act(i, u_.f.And(live, fine));
  }

  void Act(std::uint32_t i, Formula live) {
    const RouteRecord& route = Record(i);
    switch (route.action) {
      case runtime::ActionKind::kRespond:
        AddFor(i, live, table_.responses()[route.answer].status, "respond").aspects["response"] =
            TableResponseText(table_, route.answer);
        break;
      case runtime::ActionKind::kRedirect:
        AddFor(i, live, table_.redirects()[route.answer].status, "redirect").aspects["redirect"] =
            TableRedirectText(table_, route.answer);
        break;
      case runtime::ActionKind::kForward: {
        Row& row = AddFor(i, live, 0, "ok");
        row.forwards = true;
        for (const auto& target : TableView::Slice(table_.targets(), route.targets)) {
          row.services.emplace_back(table_.text(table_.services()[target.service].name));
        }
        row.aspects.erase("answer");
        row.aspects.merge(TableForwardAspects(table_, route));
        break;
      }
    }
  }

  Universe& u_;
  const TableView& table_;
  const std::vector<std::uint32_t>& listeners_;
  runtime::Range range_;
  std::vector<TableCandidate> candidates_;
  std::vector<Reach> reaches_;
  Aspects common_;
  std::vector<Row> rows_;
};

}  // namespace

std::vector<std::uint32_t> AddTableListeners(Universe& universe, const TableView& table) {
  std::vector<std::uint32_t> places;
  const auto trusted = TableView::Slice(table.networks(), table.gateway().trusted_proxies);
  for (const auto& listener : TableView::Slice(table.listeners(), table.gateway().listeners)) {
    ListenerFacts facts;
    facts.https = listener.protocol == runtime::ProtocolKind::kHttps;
    facts.scheme = facts.https ? "https" : "http";
    facts.address.octets = listener.address.octets;
    facts.port = static_cast<std::uint16_t>(listener.port);
    facts.inbound = listener.direction == runtime::DirectionKind::kInbound;
    facts.outbound = listener.direction == runtime::DirectionKind::kOutbound;
    facts.may_have_peer = listener.mtls != runtime::MtlsKind::kOff;
    facts.must_have_peer = listener.mtls == runtime::MtlsKind::kStrict;
    facts.keeps_slashes = listener.keep_slashes != 0;
    facts.keeps_encoded_slash = listener.keep_encoded_slash != 0;
    facts.keeps_parameters =
        listener.path_parameters == static_cast<std::uint32_t>(runtime::PathParameters::kKeep);
    facts.first_query = listener.first_query != 0;
    facts.first_cookies = listener.first_cookies != 0;
    if (!trusted.empty()) facts.a_proxy = syntax::Address{trusted[0].base.octets};
    facts.keeps_underscores =
        listener.underscores == static_cast<std::uint32_t>(runtime::Underscores::kKeep);
    places.push_back(universe.AddListener(facts));
  }
  return places;
}

std::expected<std::vector<Row>, std::string> EncodeTable(
    Universe& universe, const TableView& table, const std::vector<std::uint32_t>& listeners) {
  return TableEncoder(universe, table, listeners).Run();
}

}  // namespace weir::compiler
