// Every `example` of a policy, played on the model and on the compiled tables,
// and what no example reached.
//
//   auto report = RunExamples(policy, &sources);
//   if (!report) Report(report.error());   // a gateway cannot be lowered
#ifndef WEIR_COMPILER_EXAMPLES_EXAMPLES_H_
#define WEIR_COMPILER_EXAMPLES_EXAMPLES_H_

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "dsl/source/source_map.h"
#include "spec/model/model.h"

namespace weir::compiler {

struct ExampleResult {
  const syntax::Example* example = nullptr;
  std::uint32_t gateway = 0;
  model::Outcome outcome;                // the model's
  std::vector<std::string> differences;  // from what the example says; none: it passed
};

// A route or rule that no example came to: a route is reached by a request
// that takes it, a rule when it denied or was the allow of its scope.
struct Unreached {
  enum class Kind { kRoute, kRule };
  Kind kind = Kind::kRoute;
  std::string name;  // a route's name, a rule's text
  syntax::NodeId node = syntax::kNoNode;
  std::uint32_t gateway = 0;
};

struct ExampleReport {
  std::vector<ExampleResult> results;  // in written order
  std::vector<Unreached> unreached;
  std::size_t failed() const;
};

// `policy` must outlive the report.
std::expected<ExampleReport, std::vector<dsl::Diagnostic>> RunExamples(
    const syntax::Policy& policy, const dsl::SourceMap* sources);

// "forward user-service path \"/users/123\"", "respond 403 (denied)", ...
std::string InWords(const syntax::Policy& policy, const syntax::ExampleOutcome& outcome);
std::string InWords(const syntax::Policy& policy, std::uint32_t gateway,
                    const model::Outcome& outcome);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_EXAMPLES_EXAMPLES_H_
