#include "tests/support/sample/decide.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "compiler/lower/lower.h"
#include "runtime/decide/limit_key.h"
#include "runtime/request/address.h"

namespace weir::tests {

using namespace runtime;  // this file is about nothing else

namespace {

std::string Lines(std::vector<Field> fields) {
  std::vector<std::string> lines;
  for (const Field& field : fields) {
    lines.push_back(std::string(field.name) + ": " + std::string(field.value) + "\n");
  }
  std::ranges::sort(lines);
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

// The parts of a key, out of their length prefixes; "absent" before what stands for one.
std::string Parts(std::string_view key) {
  std::string text;
  bool first = true;
  while (key.size() >= 4) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      size |= std::size_t{static_cast<unsigned char>(key[i])} << (8 * i);
    }
    const bool absent = (size & kAbsentPart) != 0;
    size &= ~std::size_t{kAbsentPart};
    text += std::string(first ? "" : ",") + (absent ? "absent " : "");
    text += key.substr(4, size);
    first = false;
    key.remove_prefix(std::min(key.size(), 4 + size));
  }
  return text;
}

}  // namespace

std::shared_ptr<const Table> LowerAndLoad(const syntax::Policy& policy) {
  const auto octets = compiler::Lower(policy, nullptr, 0);
  if (!octets) {
    std::fprintf(stderr, "lowering failed: %s\n", octets.error()[0].message.c_str());
    std::abort();
  }
  auto table = Table::LoadOctets(*octets);
  if (!table) {
    std::fprintf(stderr, "loading failed: %s\n", table.error().c_str());
    std::abort();
  }
  return *table;
}

Proxy::Proxy(const syntax::Policy& policy) : Proxy(LowerAndLoad(policy)) {}

Proxy::Proxy(std::shared_ptr<const Table> table) : table_(std::move(table)) {}

Reply Proxy::Send(const Sent& sent) {
  std::vector<Field> fields;
  for (const auto& [name, value] : sent.fields) fields.push_back({name, value});
  const RawRequest raw{sent.method, sent.target, "http", 1, fields};
  ConnectionFacts facts;
  facts.peer_address = ParseAddress(sent.client).value();
  facts.listener_port = static_cast<std::uint16_t>(table_->listeners()[0].port);
  const ListenerOptions options(*table_, 0);
  const auto request = canonicaliser_.Run(raw, facts, options.view());
  if (request) return Decide(*request);
  Reply reply;
  reply.status = request.error().status;
  reply.reason = ReasonName(request.error().reason);
  return reply;
}

Reply Proxy::Decide(const CanonicalRequest& request) {
  Reply reply;
  Decision decision(*table_, request);
  Step step = decision.Start();
  while (step == Step::kNeedLimit || step == Step::kNeedIdentity) {
    if (step == Step::kNeedIdentity) {
      step = decision.Resume(identity);
      continue;
    }
    step = decision.ChargeEach([&](const LimitCharge& charge) {
      const LimitRecord& limit = table_->limits()[charge.limit];
      reply.charges.push_back(std::string(table_->text(limit.name)) + ":" + Parts(charge.key));
      return verdict;
    });
  }
  if (decision.route() != kNoIndex) reply.route = table_->text(decision.route_record().name);
  if (decision.rule() != kNoIndex) reply.rule = std::to_string(decision.rule());
  reply.fields = Lines({decision.response_fields().begin(), decision.response_fields().end()});
  Answer answer = decision.answer();
  if (step == Step::kForward) {
    const auto built = BuildForwardedHead(*table_, request, decision, "made", head_);
    if (built) {
      reply.forwarded = true;
      reply.reason = "ok";
      reply.head = std::string(head_.method) + " " + std::string(head_.path) +
                   (head_.has_query ? "?" + std::string(head_.query) : "") + " " +
                   std::string(head_.host) + "\n" + Lines(head_.fields);
      return reply;
    }
    answer = built.error();
  }
  reply.status = answer.status;
  reply.reason = ReasonName(answer.reason);
  reply.body = answer.body;
  return reply;
}

}  // namespace weir::tests
