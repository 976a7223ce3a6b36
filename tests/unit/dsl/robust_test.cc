// Mutated policies: never a crash, always a policy or at least one error.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/random/seed.h"
#include "tests/unit/dsl/resolve_support.h"

namespace weir::dsl {
namespace {

std::vector<std::string> Texts() {
  std::vector<std::string> texts;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(WEIR_SOURCE_DIR "/dsl/examples")) {
    if (entry.path().extension() != ".weir") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  std::ranges::sort(texts);
  return texts;
}

// Words and signs, so that a mutation is likely to get past the parser.
std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> pieces;
  std::string piece;
  for (char c : text) {
    const bool apart =
        c == ' ' || c == '\n' || c == '{' || c == '}' || c == '[' || c == ']' || c == ',';
    if (apart && !piece.empty()) pieces.push_back(std::exchange(piece, {}));
    piece += c;
    if (apart) pieces.push_back(std::exchange(piece, {}));
  }
  if (!piece.empty()) pieces.push_back(piece);
  return pieces;
}

TEST(RobustTest, MutatedPoliciesGiveAPolicyOrAnError) {
  const auto seed = static_cast<unsigned>(testing::Seed());
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  const std::vector<std::string> texts = Texts();
  int good = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> pieces = Split(texts[random() % texts.size()]);
    const std::vector<std::string> others = Split(texts[random() % texts.size()]);
    for (std::size_t n = 1 + random() % 3; n > 0 && !pieces.empty(); --n) {
      const std::size_t at = random() % pieces.size();
      switch (random() % 4) {
        case 0:
          pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(at));
          break;
        case 1:
          pieces[at] = others[random() % others.size()];
          break;
        case 2:
          std::swap(pieces[at], pieces[random() % pieces.size()]);
          break;
        default:
          pieces.insert(pieces.begin() + static_cast<std::ptrdiff_t>(at), pieces[at]);
      }
    }
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    LoadResult result = LoadText("mutated.weir", text);
    const bool error = std::ranges::any_of(result.diagnostics, [](const Diagnostic& diagnostic) {
      return diagnostic.severity == Severity::kError;
    });
    ASSERT_NE(result.policy.has_value(), error) << text;
    good += result.policy.has_value() ? 1 : 0;
    for (const Diagnostic& diagnostic : result.diagnostics) {
      ASSERT_LT(diagnostic.span.file, result.sources.file_count());
      ASSERT_LE(diagnostic.span.begin, diagnostic.span.end);
      ASSERT_LE(diagnostic.span.end, result.sources.text(diagnostic.span.file).size());
      ASSERT_FALSE(diagnostic.message.empty());
    }
  }
  EXPECT_GT(good, 10);
}

}  // namespace
}  // namespace weir::dsl
