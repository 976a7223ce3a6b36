// Any octets: the parser ends with a tree or with diagnostics that can be
// shown. What it reads without complaint, the canonical printer gives back:
// parse(print(t)) = t and print is stable. The resolver ends too, with a policy
// or with an error, and what is printed resolves as what was written, and
// allows the same (`# weir:`) at the same statements.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/format/format.h"
#include "dsl/parse/parse.h"
#include "dsl/resolve/load.h"
#include "dsl/source/render.h"
#include "dsl/tree/same.h"

namespace {

using namespace weir::dsl;

void Fail(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s:\n%s\n", what, text.c_str());
  std::abort();
}

bool AnyError(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::kError) return true;
  }
  return false;
}

// What the text allows, with the word that each statement begins with.
std::vector<std::string> Allowed(const LoadResult& loaded) {
  std::vector<std::string> allowed;
  for (const AllowComment& comment : loaded.allow_comments) {
    std::string_view at = comment.statement ? loaded.sources.text(*comment.statement) : "-";
    at = at.substr(0, at.find_first_of(" \t\r\n{[(\"~#,"));
    allowed.push_back(comment.rule + "|" + comment.reason + "|" + comment.fault + "|" +
                      std::string(at));
  }
  std::sort(allowed.begin(), allowed.end());
  return allowed;
}

void CheckResolver(const std::string& text, const std::string& printed) {
  LoadResult loaded = LoadText("fuzz.weir", text);
  std::string shown = Render(loaded.diagnostics, loaded.sources);
  if (loaded.policy.has_value() == AnyError(loaded.diagnostics)) Fail("policy or error", shown);
  LoadResult again = LoadText("printed.weir", printed);
  if (again.policy.has_value() != loaded.policy.has_value()) Fail("resolves otherwise", printed);
  if (Allowed(again) != Allowed(loaded)) Fail("printing moves what is allowed", printed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  SourceMap sources;
  ParseResult first = Parse(sources, sources.Add("fuzz.weir", text));
  std::string shown = Render(first.diagnostics, sources);
  if (shown.find('\0') != std::string::npos) Fail("a NUL is shown", shown);
  for (const Diagnostic& diagnostic : first.diagnostics) {
    bool inside = diagnostic.span.begin <= diagnostic.span.end && diagnostic.span.end <= size;
    if (!inside || diagnostic.rule.empty() || diagnostic.message.empty())
      Fail("a bad diagnostic", shown);
  }
  std::string printed = Format(first.tree);
  ParseResult again = Parse(sources, sources.Add("printed.weir", printed));
  if (!again.diagnostics.empty()) Fail("what is printed cannot be read", printed);
  if (!tree::Same(first.tree, again.tree) && first.diagnostics.empty()) {
    Fail("printing changes the tree", printed);
  }
  if (first.diagnostics.empty() && Format(again.tree) != printed)
    Fail("printing is not stable", printed);
  if (first.diagnostics.empty()) CheckResolver(text, printed);
  return 0;
}
