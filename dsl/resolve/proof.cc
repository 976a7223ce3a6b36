#include <utility>

#include "dsl/resolve/constructs.h"
#include "dsl/resolve/statement.h"
#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {
namespace {

using syntax::AmplificationClaim;
using syntax::RequestClaim;
using Kind = tree::Item::Kind;

std::optional<syntax::Expression> TakeCondition(Cursor& cursor) {
  if (cursor.AtEnd() || cursor.Peek()->kind != Kind::kCondition) {
    cursor.Expected("a condition");
    return std::nullopt;
  }
  Scope scope;
  scope.claim = true;
  return ResolveCondition(cursor.context(), *cursor.Take().condition, scope);
}

bool TakeWords(Cursor& cursor, std::initializer_list<std::string_view> words) {
  for (std::string_view word : words) {
    if (cursor.TakeWord(word)) continue;
    cursor.Expected("'" + std::string(word) + "'");
    return false;
  }
  return true;
}

// every request [to S] [through G] [where C] satisfies C
// no request [to S] [through G] [where C] is forwarded
std::optional<RequestClaim> ReadRequestClaim(Cursor& cursor, bool every, Span at) {
  Context& context = cursor.context();
  RequestClaim claim;
  claim.where = Truth(true, context.Node(at));
  claim.satisfies = Truth(false, context.Node(at));
  if (!TakeWords(cursor, {"request"})) return std::nullopt;
  if (cursor.TakeWord("to")) {
    const Definition* service = ReadReference(cursor, NameKind::kService);
    if (service == nullptr) return std::nullopt;
    claim.to = syntax::Ref<syntax::Service>{service->index};
  }
  if (cursor.TakeWord("through")) {
    const Definition* gateway = ReadReference(cursor, NameKind::kGateway);
    if (gateway == nullptr) return std::nullopt;
    claim.through = syntax::Ref<syntax::Gateway>{gateway->index};
  }
  if (cursor.TakeWord("where")) {
    auto where = TakeCondition(cursor);
    if (!where) return std::nullopt;
    claim.where = *std::move(where);
  }
  if (!every) {
    if (!TakeWords(cursor, {"is", "forwarded"})) return std::nullopt;
    return claim;
  }
  if (!TakeWords(cursor, {"satisfies"})) return std::nullopt;
  auto satisfies = TakeCondition(cursor);
  if (!satisfies) return std::nullopt;
  claim.satisfies = *std::move(satisfies);
  return claim;
}

// A figure such as 1.2, in thousandths.
std::optional<std::uint64_t> ReadFigure(Cursor& cursor, std::string_view what) {
  auto value = cursor.TakeValue(what);
  if (!value) return std::nullopt;
  auto figure = ParseThousandths(value->item->text);
  if (figure) return *figure;
  cursor.context().Error("wrong-value", figure.error(), *value);
  return std::nullopt;
}

// ... + N per D
bool ReadAddend(Cursor& cursor, AmplificationClaim& claim) {
  auto added = ReadFigure(cursor, "a number of tries");
  if (!added || !TakeWords(cursor, {"per"})) return false;
  auto per = ReadDuration(cursor);
  if (!per) return false;
  claim.added_thousandths = *added;
  claim.added_per = *per;
  return true;
}

// [amplification | sustained load] of (every service | S) <= N [+ N per D]
std::optional<AmplificationClaim> ReadAmplification(Cursor& cursor,
                                                    AmplificationClaim::Measure measure) {
  AmplificationClaim claim;
  claim.measure = measure;
  if (!TakeWords(cursor, {"of"})) return std::nullopt;
  const tree::Item* second = cursor.Peek(1);
  if (cursor.NextIsWord("every") && second != nullptr && second->text == "service") {
    cursor.Take();
    cursor.Take();
  } else {
    const Definition* service = ReadReference(cursor, NameKind::kService);
    if (service == nullptr) return std::nullopt;
    claim.service = syntax::Ref<syntax::Service>{service->index};
  }
  if (!cursor.TakeOperator("<=")) {
    cursor.Expected("'<=' and a bound");
    return std::nullopt;
  }
  auto bound = ReadFigure(cursor, "a bound such as 6");
  if (!bound) return std::nullopt;
  claim.bound_thousandths = *bound;
  if (measure == AmplificationClaim::Measure::kSustainedLoad && cursor.TakeWord("+") &&
      !ReadAddend(cursor, claim)) {
    return std::nullopt;
  }
  return claim;
}

}  // namespace

void ResolveProof(Context& context, const tree::Statement& statement) {
  std::optional<Body> body = TitledBody(context, statement, "prove");
  if (!body) return;
  syntax::Proof proof;
  proof.name = body->title;
  proof.node = context.Node(statement.items[1].span);
  Cursor cursor(context, body->items, statement.items[2].span);
  bool good = false;
  if (cursor.NextIsWord("every") || cursor.NextIsWord("no")) {
    const tree::Item& first = cursor.Take();
    auto claim = ReadRequestClaim(cursor, first.text == "every", first.span);
    good = claim.has_value();
    if (claim) proof.claim = *std::move(claim);
  } else if (cursor.TakeWord("amplification")) {
    auto claim = ReadAmplification(cursor, AmplificationClaim::Measure::kAmplification);
    good = claim.has_value();
    if (claim) proof.claim = *claim;
  } else if (cursor.TakeWord("sustained") && TakeWords(cursor, {"load"})) {
    auto claim = ReadAmplification(cursor, AmplificationClaim::Measure::kSustainedLoad);
    good = claim.has_value();
    if (claim) proof.claim = *claim;
  } else {
    cursor.Expected("'every request', 'no request', 'amplification of' or 'sustained load of'");
  }
  if (good && !cursor.AtEnd()) cursor.Expected("the end of the claim");
  context.policy.proofs.push_back(std::move(proof));
}

void ResolveAmplificationBound(Context& context, const tree::Statement& statement) {
  Cursor cursor(context, statement.items, statement.span);
  cursor.Take();
  if (!TakeWords(cursor, {"at", "most"})) return;
  auto bound = ReadNumber(cursor, "a number of tries", 1, 1'000'000);
  if (!bound) return;
  if (!cursor.AtEnd()) cursor.Expected("the end of the line");
  if (context.policy.amplification_bound != 0) {
    context.Error("duplicate-clause", "the bound of amplification is declared twice",
                  statement.items[0].span);
  }
  context.policy.amplification_bound = static_cast<std::uint32_t>(*bound);
}

}  // namespace weir::dsl::resolve
