#include "proxy/exchange/target.h"

#include "proxy/exchange/shrink.h"
#include "runtime/state/siphash.h"

namespace weir::proxy {

using runtime::kNoIndex;

void Target::Choose(Serving& serving, const runtime::Facts& facts, Random& random) {
  const runtime::Table& table = serving.table();
  const runtime::RouteRecord& route = table.routes()[facts.route];
  index = table.targets()[serving.policy().NextTarget(facts.route)].service;
  service = &serving.service(index);
  breaker = serving.policy().breaker(route.breaker, index);
  const runtime::ServiceRecord& record = service->cluster().record();
  if (record.hash_by != kNoIndex) {
    const runtime::Value value = ReadAttribute(facts, table.attributes()[record.hash_by]);
    hashed_.clear();
    WriteValue(value, [this](std::string_view piece) { hashed_ += piece; });
    const bool absent = value.kind == runtime::Value::Kind::kAbsent;
    hash = absent ? random.Next() : runtime::StableHash(hashed_);
  }
  if (record.affinity_cookie.length > 0) {
    WriteValue(ReadAttribute(facts, {.subject = runtime::AttributeSubject::kCookie,
                                     .name = record.affinity_cookie}),
               [this](std::string_view piece) { affinity += piece; });
  }
}

void Target::Reset() {
  index = kNoIndex;
  service = nullptr;
  breaker = nullptr;
  hash = 0;
  Shrink(affinity);
  Shrink(hashed_);
}

bool WriteAffinityCookie(const runtime::Table& table, const Target& target,
                         const upstream::Service::Endpoint& place, bool secure, std::string& out) {
  const runtime::ServiceRecord& record = target.service->cluster().record();
  const std::string_view token(place.token.data(), place.token.size());
  if (record.affinity_cookie.length == 0 || token == target.affinity) return false;
  out.assign(table.text(record.affinity_cookie)).append("=").append(token);
  out.append("; Path=/; HttpOnly; SameSite=Lax");
  if (secure) out.append("; Secure");
  if (record.affinity_max_age >= 0) {
    out.append("; Max-Age=").append(std::to_string(record.affinity_max_age / 1'000'000'000));
  }
  return true;
}

}  // namespace weir::proxy
