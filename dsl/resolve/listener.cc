#include "dsl/resolve/listener.h"

#include <utility>

#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {
namespace {

using syntax::Listener;

template <class E>
Clause ChoiceClause(std::string_view keyword, E& into, std::string_view what,
                    std::initializer_list<std::pair<std::string_view, E>> choices) {
  std::vector<std::pair<std::string_view, E>> copy(choices);
  return {keyword, [&into, what, copy](Cursor& cursor, const tree::Item&) {
            auto value = cursor.TakeValue(what);
            if (!value) return false;
            std::vector<std::string> names;
            for (const auto& [name, result] : copy) {
              names.emplace_back(name);
              if (value->item->text == name) return into = result, true;
            }
            Diagnostic& error = cursor.context().Error(
                "wrong-value", Quote(*value->item) + " is not " + std::string(what), *value);
            error.help = Suggest(value->item->text, names);
            return false;
          }};
}

Clause FileClause(std::string_view keyword, std::string& into) {
  return {keyword, [&into](Cursor& cursor, const tree::Item&) {
            auto file = ReadLocation(cursor, "a file name");
            if (file) into = *std::move(file);
            return file.has_value();
          }};
}

Clause FlagClause(std::string_view keyword, bool& into) {
  return {keyword, [&into](Cursor&, const tree::Item&) { return into = true; }};
}

}  // namespace

bool ReadMtls(Cursor& cursor, Listener::Mtls& mtls) {
  auto choice = ReadChoice(cursor, "a mode of mtls", {"off", "optional", "strict"});
  if (choice) mtls = Listener::Mtls(*choice);
  return choice.has_value();
}

bool ReadListen(Cursor& cursor, Span keyword, std::vector<Listener>& listeners,
                Listener::Direction direction) {
  Context& context = cursor.context();
  Listener listener;
  listener.direction = direction;
  listener.node = context.Node(keyword);
  auto protocol = ReadChoice(cursor, "a protocol to listen by", {"http", "https"});
  if (!protocol) return false;
  listener.protocol = *protocol == 0 ? Listener::Protocol::kHttp : Listener::Protocol::kHttps;
  const Span at = cursor.Here();
  auto address = ReadSocketAddress(cursor);
  if (!address) return false;
  listener.address = *address;
  Found found;
  if (const tree::Item* block = cursor.TakeBlock()) {
    using L = Listener;
    const ClauseTable table = {
        FileClause("certificate", listener.certificate),
        FileClause("key", listener.key),
        FileClause("client-ca", listener.client_ca),
        {"mtls", [&](Cursor& c, const tree::Item&) { return ReadMtls(c, listener.mtls); }},
        ChoiceClause<L::EncodedSlash>(
            "encoded-slash", listener.encoded_slash, "a way to take %2F",
            {{"reject", L::EncodedSlash::kReject}, {"keep", L::EncodedSlash::kKeep}}),
        ChoiceClause<L::Slashes>("slashes", listener.slashes, "a way to take empty segments",
                                 {{"merge", L::Slashes::kMerge}, {"keep", L::Slashes::kKeep}}),
        ChoiceClause<L::Underscores>("underscores", listener.underscores,
                                     "a way to take names with '_'",
                                     {{"drop", L::Underscores::kDrop},
                                      {"keep", L::Underscores::kKeep},
                                      {"reject", L::Underscores::kReject}}),
        ChoiceClause<L::PathParameters>("path-parameters", listener.path_parameters,
                                        "a way to take ';' in a path",
                                        {{"reject", L::PathParameters::kReject},
                                         {"keep", L::PathParameters::kKeep},
                                         {"strip", L::PathParameters::kStrip}}),
        ChoiceClause<L::Reading>("query", listener.query, "a way to take doubled parameters",
                                 {{"strict", L::Reading::kStrict}, {"first", L::Reading::kFirst}}),
        ChoiceClause<L::Reading>("cookies", listener.cookies, "a way to take doubled cookies",
                                 {{"strict", L::Reading::kStrict}, {"first", L::Reading::kFirst}}),
        FlagClause("proxy-protocol", listener.proxy_protocol),
        FlagClause("intercept", listener.intercept)};
    found = ReadClauses(context, block->statements, "listen", table);
  }
  if (listener.protocol == Listener::Protocol::kHttps && direction == Listener::Direction::kEdge) {
    Require(context, found, {"certificate", "key"}, "an https listener", keyword);
  }
  for (const Listener& other : listeners) {
    if (other.address != listener.address) continue;
    Diagnostic& error = context.Error("duplicate-listener", "two listeners have this address", at);
    error.labels.push_back({context.policy.origins[other.node], "the other one"});
    return false;
  }
  if (listeners.size() == 64) {
    context.Error("wrong-value", "a gateway has at most 64 listeners", keyword);
    return false;
  }
  listeners.push_back(std::move(listener));
  return true;
}

}  // namespace weir::dsl::resolve
