// A table file of any octets, its checksum repaired, is refused or can be used:
// every decision on it ends, in bounds.
#include <cstdint>
#include <cstring>
#include <string>

#include "runtime/decide/decision.h"
#include "runtime/decide/forwarded.h"
#include "runtime/decide/options.h"
#include "runtime/request/canonical.h"
#include "runtime/table/table.h"
#include "runtime/table/writer.h"

namespace {

using namespace weir::runtime;

void Decide(const Table& table, std::string_view method, std::string_view target,
            Canonicaliser& canonicaliser, ForwardedHead& head) {
  const Field fields[] = {{"Host", "a.api.example"},
                          {"Origin", "https://x.app.example"},
                          {"Access-Control-Request-Method", "GET"},
                          {"Cookie", "id=7; a=b"},
                          {"X-Kind", "b, c"},
                          {"X-Forwarded-For", "192.0.2.1, 10.0.0.1"}};
  const RawRequest raw{method, target, "http", 1, fields};
  const ListenerOptions options(table, 0);
  const auto request = canonicaliser.Run(raw, {}, options.view());
  if (!request) return;
  const std::string_view list[] = {"read", "write"};
  const ClaimValue claims[] = {{.kind = ClaimValue::Kind::kString, .string = "u1"},
                               {},
                               {},
                               {},
                               {.kind = ClaimValue::Kind::kList, .list = list}};
  const Identity identity{.kind = Identity::Kind::kVerified,
                          .jwt_verified = true,
                          .claims = claims,
                          .consumer = "acme"};
  Decision decision(table, *request);
  Step step = decision.Start();
  while (step == Step::kNeedLimit || step == Step::kNeedIdentity) {
    step = step == Step::kNeedLimit
               ? decision.ChargeEach([](const auto&) { return LimitVerdict{.remaining = 1}; })
               : decision.Resume(identity);
  }
  std::size_t octets = 0;
  for (const Field& field : decision.response_fields()) {
    octets += field.name.size() + field.value.size();
  }
  if (step == Step::kForward && BuildForwardedHead(table, *request, decision, "id", head)) {
    for (const Field& field : head.fields) octets += field.value.size();
    std::vector<Field> upstream = {{"Server", "x"}, {"access-control-allow-origin", "*"}};
    std::string text;
    TransformResponse(table, *request, decision, upstream, text);
  }
  volatile std::size_t sink = octets;
  (void)sink;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string octets(reinterpret_cast<const char*>(data), size);
  RepairChecksum(octets);
  const auto table = Table::LoadOctets(std::move(octets));
  if (!table) return 0;
  Canonicaliser canonicaliser;
  ForwardedHead head;
  for (const char* target :
       {"/users/7/x?from=a%20b&q=/v1/", "/partner/?q=%2Fv1/", "/v1/x", "/old/9", "/"}) {
    for (const char* method : {"GET", "OPTIONS", "PURGE"}) {
      Decide(**table, method, target, canonicaliser, head);
    }
  }
  return 0;
}
