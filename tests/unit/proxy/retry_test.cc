// What counts as a cause for another try, beside the model: every cause, every
// way that a try can end.
#include "proxy/exchange/retry.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/lower.h"
#include "dsl/resolve/load.h"
#include "dsl/source/render.h"
#include "spec/model/retry.h"

namespace weir::proxy {
namespace {

using End = model::TryResult::Kind;
using Kind = AttemptOutcome::Kind;

std::vector<std::pair<AttemptOutcome, model::TryResult>> AllEnds() {
  std::vector<std::pair<AttemptOutcome, model::TryResult>> ends = {
      {{Kind::kConnectFailure}, {End::kConnectFailure}},
      {{Kind::kRefused}, {End::kRefusedStream}},
      {{Kind::kReset}, {End::kReset}},
      {{Kind::kTimeout}, {End::kPerTryTimeout}},
  };
  for (std::uint16_t status = 200; status < 600; ++status) {
    ends.push_back({{Kind::kAnswer, status}, {End::kResponse, status}});
  }
  return ends;
}

TEST(RetryCauses, AreTheModels) {
  for (const char* cause : {"connect-failure", "refused-stream", "reset", "per-try-timeout",
                            "gateway-error", "5xx", "retriable-4xx", "418"}) {
    const std::string text = std::string("retry r { attempts 3  on [") + cause +
                             "] }\nservice app { endpoints [127.0.0.1:1] }\n"
                             "gateway edge {\n  listen http 127.0.0.1:8080\n"
                             "  route all {\n    match path \"/**\"\n    retry r\n"
                             "    forward app\n  }\n}\n";
    const dsl::LoadResult loaded = dsl::LoadText("test.weir", text);
    ASSERT_TRUE(loaded.policy) << dsl::Render(loaded.diagnostics, loaded.sources);
    auto octets = compiler::Lower(*loaded.policy, &loaded.sources, 0);
    ASSERT_TRUE(octets);
    const auto table = runtime::Table::LoadOctets(std::move(*octets));
    ASSERT_TRUE(table) << table.error();
    int causes = 0;
    for (const auto& [outcome, result] : AllEnds()) {
      const bool expected = model::IsCause(loaded.policy->retries[0], result);
      causes += expected;
      EXPECT_EQ(IsCause(**table, (*table)->retries()[0], outcome), expected)
          << cause << ", kind " << static_cast<int>(outcome.kind) << ", status " << outcome.status;
    }
    EXPECT_GT(causes, 0) << cause;
  }
}

}  // namespace
}  // namespace weir::proxy
