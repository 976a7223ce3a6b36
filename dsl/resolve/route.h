// Builds one route out of its layers: what the gateway says for all its
// routes, the profiles it uses, and its own clauses.
//
// A clause that stands once (a timeout) is taken from the nearest layer that
// writes it; lists (limits, rules, transforms) are gathered in the order in
// which their clauses are met. Conditions and transforms are read last, when the
// route's jwt and its captures are known.
#ifndef WEIR_DSL_RESOLVE_ROUTE_H_
#define WEIR_DSL_RESOLVE_ROUTE_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dsl/resolve/clauses.h"
#include "dsl/resolve/expression.h"
#include "spec/syntax/gateway.h"
#include "spec/syntax/route.h"

namespace weir::dsl::resolve {

class RouteBuilder {
 public:
  // `listeners` are the gateway's; they must outlive the builder.
  RouteBuilder(Context& context, const std::vector<syntax::Listener>& listeners)
      : context_(context), listeners_(&listeners) {}

  enum class Layer : std::uint8_t { kGateway, kProfile, kRoute };

  // The clauses that a gateway may write for all its routes; all of them but
  // `match` and actions may also stand in profiles.
  ClauseTable DefaultClauses();
  // The clauses of a route besides those: limits, rules, mirrors.
  ClauseTable RouteClauses();
  ClauseTable MatchClauses();
  ClauseTable ActionClauses();

  Found ReadBody(const std::vector<tree::Statement>& statements, Layer layer,
                 const std::string& owner, const ClauseTable& table);
  void set_layer(Layer layer) { level_ = 100 * (static_cast<int>(layer) + 1); }

  // The captures that conditions may read, known or not (an unused profile).
  void AllowAnyCapture() { any_capture_ = true; }
  void set_action(syntax::Forward forward) { route.action = std::move(forward); }

  // Reads what was put off. The route is complete then, and checked.
  void Finish(const std::string& owner, Span at, const syntax::Gateway& gateway);

  syntax::Route route;

 private:
  using Deferred = std::function<void(RouteBuilder&, const Scope&)>;

  // Whether the layer being read may write the clause that stands once.
  bool Wins(std::string_view keyword);
  // The same, and keeps where it was written.
  bool Wins(const tree::Item& keyword);
  bool Use(Cursor& cursor);
  bool Match(Cursor& cursor);
  bool Authenticate(Cursor& cursor, const tree::Item& keyword);
  bool Limit(Cursor& cursor, const tree::Item& keyword);
  bool Rule(Cursor& cursor, const tree::Item& keyword);
  bool Transforms(Cursor& cursor, const tree::Item& keyword, bool response);
  bool Forward(Cursor& cursor, const tree::Item& keyword);
  bool Mirror(Cursor& cursor, const tree::Item& keyword);
  bool Fallback(Cursor& cursor, const tree::Item& keyword);
  // NAME, or `none` to undo what an outer layer said.
  template <class T>
  ClauseReader Reference(NameKind kind, std::optional<syntax::Ref<T>> syntax::Route::* member);

  void CheckLimits(const syntax::Gateway& gateway);

  Context& context_;
  const std::vector<syntax::Listener>* listeners_;
  int level_ = 100;
  std::map<std::string, int, std::less<>> levels_;  // who wrote a clause that stands once
  std::set<std::string> used_profiles_;
  std::vector<Span> limit_spans_;  // beside route.limits
  std::vector<Deferred> deferred_;
  bool any_capture_ = false;
  bool has_action_ = false;
};

// A limit's key is known when it is charged: see the .cc.
void CheckLimitKey(Context& context, const syntax::Limit& limit, Span use,
                   const syntax::Authentication* authentication,
                   const std::vector<syntax::Listener>& listeners,
                   const std::set<std::string>* captures);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_ROUTE_H_
