// What a compiled table does with one request, and why: the same decision that
// the proxy makes, told step by step.
//
//   Question question{.method = "GET", .url = "https://api.example/users/7"};
//   auto explanation = Explain(*table, question);
//   if (explanation) Print(ToText(*explanation));
#ifndef WEIR_COMPILER_EXPLAIN_EXPLAIN_H_
#define WEIR_COMPILER_EXPLAIN_EXPLAIN_H_

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/table/table.h"

namespace weir::compiler {

struct Question {
  std::string method;
  std::string url;  // absolute, or a path (then a Host header is needed)
  std::vector<std::pair<std::string, std::string>> headers;
  std::string client;                 // an address; empty: 127.0.0.1
  std::string peer;                   // SPIFFE id of the connection; empty: none
  std::string consumer;               // whom a good API key belongs to; empty: no key
  std::string listener;               // "ADDR:PORT" of the one it comes in by; empty: by the URL
  std::optional<std::string> claims;  // payload of a verified token, JSON; none: no token
};

struct Place {
  std::string file;
  std::uint32_t line = 0;  // 0: not known
};

struct WeighedRoute {
  std::string name;
  Place place;
  bool taken = false;
  std::vector<std::string> failing;  // the parts of its match that do not hold
};

struct ChargedLimit {
  std::string name;
  std::vector<std::string> key;
};

struct WeighedRule {
  std::string scope;  // "gateway edge", "service users", "route users"
  bool allow = false;
  std::string text;
  Place place;
  bool holds = false;
  bool decided = false;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Explanation {
  std::string gateway, listener;
  std::string method, scheme, host, path, query, client;
  bool has_query = false;
  bool canonical = false;  // else it was refused before anything was decided
  std::string detail;      // in words, where the reason alone says little

  bool forwarded = false;
  std::uint16_t status = 0;
  std::string reason, body;
  std::optional<WeighedRoute> route;  // the one taken
  std::vector<WeighedRoute> routes;   // whose host and path fit, up to the one taken
  std::vector<ChargedLimit> limits;   // taken as admitted
  std::string identity;               // empty: not asked for
  std::vector<WeighedRule> rules;
  Fields response_fields;

  // When forwarded.
  std::vector<std::pair<std::string, std::uint32_t>> services;  // with weights
  std::string upstream_path, upstream_query, upstream_host;
  bool upstream_has_query = false;
  Fields upstream_fields;
};

// The error is a sentence: what of the question makes no sense.
std::expected<Explanation, std::string> Explain(const runtime::Table& table,
                                                const Question& question);

std::string ToText(const Explanation& explanation);
// spec/explain.md describes it. Ends with a line break.
std::string ToJson(const Explanation& explanation);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_EXPLAIN_EXPLAIN_H_
