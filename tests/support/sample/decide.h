// Lowers a policy, loads the table and takes requests through canonicaliser and
// decision, with a world that answers as told. For tests.
//
//   Proxy proxy(SamplePolicy());
//   Reply reply = proxy.Send({.target = "/users/7", .fields = {{"Host", "api.example"}}});
#ifndef WEIR_TESTS_SUPPORT_SAMPLE_DECIDE_H_
#define WEIR_TESTS_SUPPORT_SAMPLE_DECIDE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/decide/decision.h"
#include "runtime/decide/forwarded.h"
#include "runtime/decide/options.h"
#include "runtime/request/canonical.h"
#include "runtime/table/table.h"
#include "spec/syntax/policy.h"

namespace weir::tests {

struct Sent {
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> fields = {{"Host", "api.example"}};
  std::string client = "127.0.0.1";
};

struct Reply {
  bool forwarded = false;
  int status = 0;      // of an answer
  std::string reason;  // "ok" when forwarded
  std::string body;
  std::string route;                 // empty: none
  std::string rule;                  // line of the rule or its place; empty: none
  std::vector<std::string> charges;  // "limit:part,part"
  std::string fields;                // response fields, "name: value\n" each, sorted
  std::string head;  // what is forwarded: "METHOD path?query host\nname: value\n..."
};

// Lowers gateway 0; the process ends when that fails.
std::shared_ptr<const runtime::Table> LowerAndLoad(const syntax::Policy& policy);

class Proxy {
 public:
  explicit Proxy(const syntax::Policy& policy);
  explicit Proxy(std::shared_ptr<const runtime::Table> table);
  Reply Send(const Sent& sent);

  // The world.
  runtime::LimitVerdict verdict;
  runtime::Identity identity;
  const runtime::Table& table() const { return *table_; }

 private:
  Reply Decide(const runtime::CanonicalRequest& request);

  std::shared_ptr<const runtime::Table> table_;
  runtime::Canonicaliser canonicaliser_;
  runtime::ForwardedHead head_;
};

}  // namespace weir::tests

#endif  // WEIR_TESTS_SUPPORT_SAMPLE_DECIDE_H_
