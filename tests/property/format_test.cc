// The printer and the parser are each other's inverse, on random trees.
#include "dsl/format/format.h"

#include <gtest/gtest.h>

#include "dsl/parse/parse.h"
#include "dsl/source/render.h"
#include "dsl/tree/same.h"
#include "fuzz/generators/tree_generator.h"
#include "tests/support/random/seed.h"

namespace weir::dsl {
namespace {

TEST(FormatProperty, ParsingWhatIsPrintedGivesTheTree) {
  std::uint64_t seed = testing::Seed();
  std::uint64_t cases = testing::CasesOr(3000);
  std::size_t conditions = 0, broken = 0, commented = 0;
  for (std::uint64_t i = 0; i < cases; ++i) {
    fuzz::Choices choices(seed + i);
    tree::File wanted = fuzz::GenerateTree(choices);
    std::string text = Format(wanted);
    SourceMap sources;
    ParseResult got = Parse(sources, sources.Add("generated", text));
    ASSERT_TRUE(got.diagnostics.empty()) << "WEIR_SEED=" << seed + i << "\n"
                                         << Render(got.diagnostics, sources) << text;
    ASSERT_TRUE(tree::Same(wanted, got.tree)) << "WEIR_SEED=" << seed + i << "\n"
                                              << text << "\nparsed and printed:\n"
                                              << Format(got.tree);
    ASSERT_EQ(text, Format(got.tree)) << "WEIR_SEED=" << seed + i;
    conditions += text.find(" and ") != std::string::npos;
    broken += text.find("[\n") != std::string::npos;
    commented += text.find("  # why") != std::string::npos;
  }
  // The cases reach what the property is about.
  EXPECT_GT(conditions, cases / 20);
  EXPECT_GT(broken, cases / 50);
  EXPECT_GT(commented, cases / 20);
}

}  // namespace
}  // namespace weir::dsl
