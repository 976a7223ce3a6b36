#include "dsl/resolve/route.h"

#include <algorithm>
#include <utility>

#include "dsl/resolve/answer.h"
#include "dsl/resolve/constructs.h"
#include "dsl/resolve/match.h"
#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {

using syntax::Route;

bool RouteBuilder::Wins(std::string_view keyword) {
  auto [place, fresh] = levels_.emplace(std::string(keyword), level_);
  if (!fresh && place->second > level_) return false;
  place->second = level_;
  return true;
}

bool RouteBuilder::Wins(const tree::Item& keyword) {
  const bool wins = Wins(keyword.text);
  if (wins) {
    for (syntax::WrittenClause& other : route.written) {
      if (other.keyword == keyword.text) other.in_force = false;
    }
  }
  route.written.push_back({keyword.text, wins, context_.Node(keyword.span)});
  return wins;
}

template <class T>
ClauseReader RouteBuilder::Reference(NameKind kind, std::optional<syntax::Ref<T>> Route::* member) {
  return [this, kind, member](Cursor& cursor, const tree::Item& keyword) {
    std::optional<syntax::Ref<T>> value;
    if (!cursor.TakeWord("none")) {
      const Definition* definition = ReadReference(cursor, kind);
      if (definition == nullptr) return false;
      value = syntax::Ref<T>{definition->index};
    }
    if (Wins(keyword)) route.*member = value;
    return true;
  };
}

ClauseTable RouteBuilder::DefaultClauses() {
  return {
      {"cors",
       [this](Cursor& cursor, const tree::Item& keyword) {
         if (cursor.TakeWord("upstream")) {
           if (Wins(keyword)) route.cors.reset(), route.cors_upstream = true;
           return true;
         }
         if (!Reference<syntax::Cors>(NameKind::kCors, &Route::cors)(cursor, keyword)) return false;
         if (Wins("cors")) route.cors_upstream = false;
         return true;
       }},
      {"authenticate", [this](Cursor& c, const tree::Item& k) { return Authenticate(c, k); }},
      {"retry", Reference<syntax::Retry>(NameKind::kRetry, &Route::retry)},
      {"breaker", Reference<syntax::Breaker>(NameKind::kBreaker, &Route::breaker)},
      {"timeout",
       [this](Cursor& cursor, const tree::Item& keyword) {
         std::optional<syntax::Duration> timeout;
         const bool total = cursor.TakeWord("total");
         if (total || !cursor.TakeWord("none")) {
           timeout = ReadDuration(cursor);
           if (!timeout) return false;
         }
         if (!Wins(keyword)) return true;
         route.timeout = timeout;
         route.timeout_total = total;
         return true;
       }},
      {"idle-timeout",
       [this](Cursor& cursor, const tree::Item& keyword) {
         auto timeout = ReadDuration(cursor);
         if (timeout && Wins(keyword)) route.idle_timeout = *timeout;
         return timeout.has_value();
       }},
      {"request", [this](Cursor& c, const tree::Item& k) { return Transforms(c, k, false); }, true},
      {"response", [this](Cursor& c, const tree::Item& k) { return Transforms(c, k, true); }, true},
      {"fallback", [this](Cursor& c, const tree::Item& k) { return Fallback(c, k); }},
      {"use", [this](Cursor& c, const tree::Item&) { return Use(c); }, true},
  };
}

ClauseTable RouteBuilder::RouteClauses() {
  ClauseTable table = DefaultClauses();
  const ClauseReader rule = [this](Cursor& c, const tree::Item& k) { return Rule(c, k); };
  table.push_back({"limit", [this](Cursor& c, const tree::Item& k) { return Limit(c, k); }, true});
  table.push_back({"allow", rule, true});
  table.push_back({"deny", rule, true});
  table.push_back(
      {"mirror", [this](Cursor& c, const tree::Item& k) { return Mirror(c, k); }, true});
  table.push_back({"max-body", [this](Cursor& cursor, const tree::Item& keyword) {
                     std::uint64_t most = 0;
                     if (!cursor.TakeWord("none")) {
                       auto size = ReadSize(cursor);
                       if (!size) return false;
                       most = *size;
                     }
                     if (Wins(keyword)) route.max_body = most;
                     return true;
                   }});
  return table;
}

ClauseTable RouteBuilder::MatchClauses() {
  return {{"match", [this](Cursor& c, const tree::Item&) { return Match(c); }, true}};
}

ClauseTable RouteBuilder::ActionClauses() {
  return {
      {"forward", [this](Cursor& c, const tree::Item& k) { return Forward(c, k); }},
      {"respond",
       [this](Cursor& cursor, const tree::Item& keyword) {
         has_action_ = true;
         auto response = ReadResponse(cursor, keyword.span);
         if (!response) return false;
         route.action = *std::move(response);
         return true;
       }},
      {"redirect",
       [this](Cursor& cursor, const tree::Item& keyword) {
         // Its path may hold captures, which are known once every match is read.
         const Cursor arguments = cursor;
         while (!cursor.AtEnd() && cursor.Peek()->kind == tree::Item::Kind::kWord &&
                !cursor.Peek()->text.empty() && cursor.Peek()->text[0] < 'A') {
           cursor.Take();
         }
         cursor.TakeBlock();
         deferred_.push_back(
             [arguments, span = keyword.span](RouteBuilder& self, const Scope& scope) {
               Cursor again = arguments;
               auto redirect = ReadRedirect(again, span, scope);
               if (redirect) self.route.action = *std::move(redirect);
             });
         return has_action_ = true;
       }},
  };
}

Found RouteBuilder::ReadBody(const std::vector<tree::Statement>& statements, Layer layer,
                             const std::string& owner, const ClauseTable& table) {
  set_layer(layer);
  Found found = ReadClauses(context_, statements, owner, table);
  const Span* first = nullptr;
  for (std::string_view action : {"forward", "respond", "redirect"}) {
    auto place = found.find(action);
    if (place == found.end()) continue;
    has_action_ = true;
    if (first != nullptr) {
      Diagnostic& error =
          context_.Error("duplicate-clause", owner + " has two actions", place->second);
      error.labels.push_back({*first, "the other one"});
      error.help = "a request is forwarded, answered or redirected";
    }
    first = &place->second;
  }
  return found;
}

bool RouteBuilder::Use(Cursor& cursor) {
  const tree::Item* name = cursor.TakeName("the name of a profile");
  if (name == nullptr) return false;
  Definition* profile = context_.Find(NameKind::kProfile, name->text);
  if (profile == nullptr) {
    context_.UnknownName(NameKind::kProfile, name->text, name->span);
    return false;
  }
  profile->used = true;
  if (profile->busy) {
    Diagnostic& error =
        context_.Error("profile-cycle", "profile '" + name->text + "' uses itself", name->span);
    error.labels.push_back({profile->span, "the profile"});
    return false;
  }
  // Twice is once: two profiles may share a third.
  if (!used_profiles_.insert(name->text).second) return true;
  const auto& items = profile->statement->items;
  if (items.size() != 3 || items[2].kind != tree::Item::Kind::kBlock) return true;  // said by names
  for (std::size_t i = 0; i <= items[2].statements.size(); ++i) {
    if (!context_.Spend(name->span)) return false;
  }
  const int outer = level_;
  profile->busy = true;
  // Inner profiles give way to the one that uses them, and all to the route.
  level_ = outer % 100 == 0 ? outer - 10 : outer - 1;
  ClauseTable table = RouteClauses();
  for (Clause& clause : MatchClauses()) table.push_back(std::move(clause));
  ReadClauses(context_, items[2].statements, OwnerOf("profile", name->text), table);
  profile->busy = false;
  level_ = outer;
  return true;
}

bool RouteBuilder::Match(Cursor& cursor) {
  MatchPart part;
  if (!ReadMatch(cursor, *listeners_, part)) return false;
  const auto move = [&](std::string_view keyword, auto syntax::Match::* member) {
    if (!part.parts.contains(std::string(keyword))) return;
    auto written = levels_.find(std::string("match ") += keyword);
    if (written != levels_.end() && written->second == level_) {
      context_
          .Error("duplicate-clause", "'" + std::string(keyword) + "' is matched twice",
                 cursor.Last().span)
          .help = "put the alternatives into one list";
      return;
    }
    if (Wins(std::string("match ") += keyword)) route.match.*member = std::move(part.match.*member);
  };
  move("host", &syntax::Match::hosts);
  move("path", &syntax::Match::paths);
  move("method", &syntax::Match::methods);
  move("client", &syntax::Match::clients);
  move("listener", &syntax::Match::listeners);
  for (syntax::FieldMatch& field : part.match.fields)
    route.match.fields.push_back(std::move(field));
  return true;
}

// authenticate none | NAME [optional] | [JWT, KEYS] [optional]
bool RouteBuilder::Authenticate(Cursor& cursor, const tree::Item& keyword) {
  syntax::Authentication authentication;
  authentication.node = context_.Node(keyword.span);
  if (cursor.TakeWord("none")) {
    if (Wins(keyword)) route.authentication = authentication;
    return true;
  }
  const bool good = ReadList(cursor, "the name of a jwt or api-keys", [&](const Value& value) {
    const std::string& name = value.item->text;
    Definition* definition = context_.Find(NameKind::kAuthenticator, name);
    if (definition == nullptr) {
      context_.UnknownName(NameKind::kAuthenticator, name, value.at);
      return false;
    }
    definition->used = true;
    const bool twice =
        definition->api_keys ? authentication.keys.has_value() : authentication.jwt.has_value();
    if (twice) {
      context_.Error("duplicate-element",
                     "a route is authenticated by one jwt and one api-keys at most", value);
      return false;
    }
    if (definition->api_keys) {
      authentication.keys = syntax::Ref<syntax::ApiKeys>{definition->index};
    } else {
      authentication.jwt = syntax::Ref<syntax::Jwt>{definition->index};
    }
    return true;
  });
  if (!good) return false;
  authentication.optional = cursor.TakeWord("optional");
  if (Wins(keyword)) route.authentication = authentication;
  return true;
}

bool RouteBuilder::Limit(Cursor& cursor, const tree::Item& keyword) {
  const Span at = cursor.Here();
  const Definition* definition = ReadReference(cursor, NameKind::kLimit);
  if (definition == nullptr) return false;
  const syntax::Ref<syntax::Limit> limit{definition->index};
  auto place = std::ranges::find(route.limits, limit);
  if (place != route.limits.end()) {
    const Span first = limit_spans_[static_cast<std::size_t>(place - route.limits.begin())];
    Diagnostic& error =
        context_.Error("duplicate-clause", "limit '" + definition->name + "' is charged twice", at);
    error.labels.push_back({first, "first charged here"});
    return false;
  }
  route.limits.push_back(limit);
  limit_spans_.push_back(at);
  route.written.push_back({keyword.text, true, context_.Node(keyword.span)});
  return true;
}

bool RouteBuilder::Rule(Cursor& cursor, const tree::Item& keyword) {
  const syntax::NodeId node = context_.Node(keyword.span);
  const bool allow = keyword.text == "allow";
  const tree::Condition* condition = nullptr;
  if (cursor.TakeWord("when")) {
    if (cursor.AtEnd() || cursor.Peek()->kind != tree::Item::Kind::kCondition) {
      cursor.Expected("a condition");
      return false;
    }
    condition = cursor.Take().condition.get();
  }
  deferred_.push_back([node, allow, condition](RouteBuilder& self, const Scope& scope) {
    auto when = condition == nullptr ? std::optional(Truth(true, node))
                                     : ResolveCondition(self.context_, *condition, scope);
    if (when) self.route.rules.push_back({allow, *std::move(when), node});
  });
  return true;
}

bool RouteBuilder::Transforms(Cursor& cursor, const tree::Item& keyword, bool response) {
  const tree::Item* block = cursor.TakeBlock();
  if (block == nullptr) {
    cursor.Expected("a block such as { set \"x-user\" jwt.sub }");
    return false;
  }
  route.written.push_back({keyword.text, true, context_.Node(keyword.span)});
  deferred_.push_back([block, response](RouteBuilder& self, const Scope& scope) {
    auto& into = response ? self.route.response : self.route.request;
    for (syntax::Transform& transform : ReadTransforms(self.context_, *block, response, scope)) {
      into.push_back(std::move(transform));
    }
  });
  return true;
}

// forward SERVICE | forward { SERVICE weight N ... }
bool RouteBuilder::Forward(Cursor& cursor, const tree::Item& keyword) {
  has_action_ = true;
  syntax::Forward forward;
  forward.node = context_.Node(keyword.span);
  const auto target = [&](Cursor& from, bool weighted) {
    const Span at = from.Here();
    const Definition* service = ReadReference(from, NameKind::kService);
    if (service == nullptr) return false;
    RequireEndpoints(context_, *service, at);
    syntax::Target entry{{service->index}, 1, context_.Node(at)};
    if (weighted && from.TakeWord("weight")) {
      auto weight = ReadNumber(from, "a weight", 0, 1'000'000);
      if (!weight) return false;
      entry.weight = static_cast<std::uint32_t>(*weight);
    }
    for (const syntax::Target& other : forward.targets) {
      if (other.service != entry.service) continue;
      context_.Error("duplicate-element", "'" + service->name + "' is listed twice", at);
      return false;
    }
    forward.targets.push_back(entry);
    return true;
  };
  if (const tree::Item* block = cursor.TakeBlock()) {
    std::uint64_t sum = 0;
    for (const tree::Statement& statement : block->statements) {
      Cursor line(context_, statement.items, statement.span);
      while (!line.AtEnd() && target(line, true)) {
      }
    }
    for (const syntax::Target& entry : forward.targets) sum += entry.weight;
    if (sum == 0) {
      context_.Error("wrong-value", "the weights of a forward add up to nothing", keyword.span);
      return false;
    }
  } else if (!target(cursor, false)) {
    return false;
  }
  route.action = std::move(forward);
  return true;
}

// mirror SERVICE [N%]
bool RouteBuilder::Mirror(Cursor& cursor, const tree::Item& keyword) {
  const Definition* service = ReadReference(cursor, NameKind::kService);
  if (service == nullptr) return false;
  syntax::Mirror mirror{{service->index}, 100, context_.Node(keyword.span)};
  if (!cursor.AtEnd() && cursor.Peek()->text.ends_with('%')) {
    auto percent = ReadPercent(cursor, 0, 100);
    if (!percent) return false;
    mirror.percent = *percent;
  }
  route.mirrors.push_back(mirror);
  return true;
}

// fallback respond STATUS ... | fallback none
bool RouteBuilder::Fallback(Cursor& cursor, const tree::Item& keyword) {
  std::optional<syntax::Response> response;
  if (!cursor.TakeWord("none")) {
    const Span at = cursor.Here();
    if (!cursor.TakeWord("respond")) {
      cursor.Expected("'respond' and a status, as in fallback respond 503");
      return false;
    }
    response = ReadResponse(cursor, at);
    if (!response) return false;
  }
  if (Wins(keyword)) route.fallback = std::move(response);
  return true;
}

void RouteBuilder::Finish(const std::string& owner, Span at, const syntax::Gateway& gateway) {
  const std::set<std::string> captures = CapturesOf(route.match);
  Scope scope;
  scope.captures = &captures;
  scope.any_capture = any_capture_;
  if (route.authentication.jwt) scope.jwt = route.authentication.jwt->index;
  for (const Deferred& deferred : std::exchange(deferred_, {})) deferred(*this, scope);
  if (any_capture_) return;  // a profile by itself

  for (std::size_t i = 0; i < route.limits.size(); ++i) {
    CheckLimitKey(context_, context_.policy[route.limits[i]], limit_spans_[i],
                  &route.authentication, gateway.listeners, &captures);
  }
  const auto* forward = std::get_if<syntax::Forward>(&route.action);
  if (!has_action_ && (forward == nullptr || forward->targets.empty())) {
    Diagnostic& error =
        context_.Error("missing-clause", owner + " does not say what to do with a request", at);
    error.help = "write forward SERVICE, respond STATUS or redirect { ... }";
  }
}

namespace {

// What a client sends or leaves out as it likes.
bool MaySend(syntax::Subject subject) {
  return subject == syntax::Subject::kHeader || subject == syntax::Subject::kQuery ||
         subject == syntax::Subject::kCookie;
}

}  // namespace

// LIMIT-6. A part that a request can lack needs a name for the requests without it;
// else they would share a bucket that no one chose. An identity is never lacking where
// the route demands the credential that carries it.
void CheckLimitKey(Context& context, const syntax::Limit& limit, Span use,
                   const syntax::Authentication* authentication,
                   const std::vector<syntax::Listener>& listeners,
                   const std::set<std::string>* captures) {
  using syntax::Subject;
  for (const syntax::Attribute& part : limit.by) {
    const bool claim = part.subject == Subject::kJwtClaim || part.subject == Subject::kJwtVerified;
    const bool consumer = part.subject == Subject::kConsumer;
    bool field = false;
    const char* lacking = nullptr;
    if ((claim || consumer) && authentication == nullptr) {
      lacking = "a gateway's limits are charged before anybody is identified";
    } else if (part.subject == Subject::kCapture &&
               (captures == nullptr || !captures->contains(part.name))) {
      lacking = "its key is a segment that is not captured here";
    } else if (!limit.missing_key && (claim || consumer)) {
      const bool demanded = claim ? authentication->jwt && !authentication->keys
                                  : authentication->keys && !authentication->jwt;
      if (!demanded) {
        lacking = claim ? "its key is a claim, and the route does not demand a token"
                        : "its key is the consumer, and the route does not demand an API key";
      } else if (authentication->optional) {
        lacking = "its key is an identity, and the route lets requests without one through";
      }
    } else if (!limit.missing_key && part.subject == Subject::kPeer) {
      const bool strict = std::ranges::all_of(listeners, [](const syntax::Listener& listener) {
        return listener.mtls == syntax::Listener::Mtls::kStrict;
      });
      if (!strict) lacking = "its key is the peer, and not every listener is 'mtls strict'";
    } else if (!limit.missing_key && MaySend(part.subject)) {
      field = true;
      lacking = "a request can come without the field that is its key";
    }
    if (lacking == nullptr) continue;
    Diagnostic& error = context.Error(
        "limit-key", "limit '" + limit.name + "' cannot be charged here: " + lacking, use);
    error.labels.push_back({context.policy.origins[limit.node], "the limit"});
    if (field) {
      error.help = "name a key for the requests without it in the limit: missing \"none\"";
      return;
    }
    const bool fallback_helps = authentication != nullptr && part.subject != Subject::kCapture;
    error.help = fallback_helps ? "authenticate the route, or name a key for the others in the "
                                  "limit: missing \"anonymous\""
                                : "charge it on a route instead, or key it by client.address";
    return;
  }
}

}  // namespace weir::dsl::resolve
