#include "dsl/resolve/proxy_clauses.h"

#include <algorithm>
#include <utility>

#include "dsl/resolve/constructs.h"
#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {
namespace {

using syntax::AccessLog;
using syntax::Gateway;

// log off | log json stdout | log json stderr | log json file "access.log"
bool ReadLog(Cursor& cursor, AccessLog& log) {
  if (cursor.TakeWord("off")) {
    log.sink = AccessLog::Sink::kOff;
    return true;
  }
  if (!cursor.TakeWord("json")) {
    cursor.Expected("off, or json and where to write it");
    return false;
  }
  auto sink = ReadChoice(cursor, "a place to log to", {"stdout", "stderr", "file"});
  if (!sink) return false;
  constexpr AccessLog::Sink kSinks[] = {AccessLog::Sink::kStdout, AccessLog::Sink::kStderr,
                                        AccessLog::Sink::kFile};
  log.sink = kSinks[*sink];
  if (log.sink != AccessLog::Sink::kFile) return true;
  auto file = ReadLocation(cursor, "a file name");
  if (file) log.file = *std::move(file);
  return file.has_value();
}

bool ReadTrusted(Cursor& cursor, Gateway& gateway) {
  Context& context = cursor.context();
  return ReadList(cursor, "a network such as 10.0.0.0/8", [&](const Value& value) {
    auto network = NetworkOf(context, value);
    if (!network) return false;
    if (std::ranges::find(gateway.trusted_proxies, *network) != gateway.trusted_proxies.end()) {
      context.Error("duplicate-element", Quote(*value.item) + " is listed twice", value);
      return false;
    }
    gateway.trusted_proxies.push_back(*std::move(network));
    return true;
  });
}

bool ReadLimit(Cursor& cursor, Gateway& gateway, std::vector<LimitUse>& limits) {
  const Span at = cursor.Here();
  const Definition* definition = ReadReference(cursor, NameKind::kLimit);
  if (definition == nullptr) return false;
  const syntax::Ref<syntax::Limit> limit{definition->index};
  for (const LimitUse& other : limits) {
    if (other.limit != limit) continue;
    Diagnostic& error = cursor.context().Error(
        "duplicate-clause", "limit '" + definition->name + "' is charged twice", at);
    error.labels.push_back({other.at, "first charged here"});
    return false;
  }
  limits.push_back({limit, at});
  gateway.limits.push_back(limit);
  return true;
}

bool ReadRule(Cursor& cursor, const tree::Item& keyword, Gateway& gateway) {
  auto when = ReadWhen(cursor, {}, keyword.span);
  if (!when) return false;
  gateway.rules.push_back(
      {keyword.text == "allow", *std::move(when), cursor.context().Node(keyword.span)});
  return true;
}

}  // namespace

ClauseTable ProxyClauses(Context&, Gateway& gateway, std::vector<LimitUse>& limits) {
  const ClauseReader rule = [&](Cursor& c, const tree::Item& k) { return ReadRule(c, k, gateway); };
  return {
      {"identity",
       [&](Cursor& cursor, const tree::Item&) {
         gateway.identity = ReadIdentity(cursor);
         return gateway.identity.has_value();
       }},
      {"host",
       [&](Cursor& cursor, const tree::Item&) {
         gateway.host = ReadLocation(cursor, "the name of a host, in quotes");
         return gateway.host.has_value();
       }},
      {"processes",
       [&](Cursor& cursor, const tree::Item&) {
         auto count = ReadNumber(cursor, "a number of processes", 1, 1'000'000);
         if (count) gateway.processes = static_cast<std::uint32_t>(*count);
         return count.has_value();
       }},
      {"log", [&](Cursor& cursor, const tree::Item&) { return ReadLog(cursor, gateway.log); }},
      {"explain",
       [&](Cursor& cursor, const tree::Item&) {
         if (cursor.TakeWord("headers")) return gateway.explain_headers = true;
         cursor.Expected("'headers'");
         return false;
       }},
      {"trusted-proxies",
       [&](Cursor& cursor, const tree::Item&) { return ReadTrusted(cursor, gateway); }},
      {"max-headers",
       [&](Cursor& cursor, const tree::Item&) {
         auto size = ReadSize(cursor);
         if (size) gateway.max_header_octets = *size;
         return size.has_value();
       }},
      {"max-header-count",
       [&](Cursor& cursor, const tree::Item&) {
         auto count = ReadNumber(cursor, "a number of header fields", 1, 10'000);
         if (count) gateway.max_header_count = static_cast<std::uint32_t>(*count);
         return count.has_value();
       }},
      {"max-body",
       [&](Cursor& cursor, const tree::Item&) {
         gateway.max_body = 0;
         if (cursor.TakeWord("none")) return true;
         auto size = ReadSize(cursor);
         if (size) gateway.max_body = *size;
         return size.has_value();
       }},
      {"limit",
       [&](Cursor& cursor, const tree::Item&) { return ReadLimit(cursor, gateway, limits); }, true},
      {"allow", rule, true},
      {"deny", rule, true},
  };
}

}  // namespace weir::dsl::resolve
