#include "compiler/checks/checks.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "compiler/checks/allowed.h"

namespace weir::compiler {
namespace {

auto KeyOf(const Finding& finding) {
  const auto& diagnostic = finding.diagnostic;
  return std::tie(diagnostic.span.file, diagnostic.span.begin, diagnostic.rule, diagnostic.message);
}

void LeaveOut(std::size_t most_notes, CheckResult& result) {
  std::map<std::string, std::size_t> notes;
  std::erase_if(result.findings, [&](const Finding& finding) {
    return finding.diagnostic.severity == dsl::Severity::kNote &&
           ++notes[finding.diagnostic.rule] > most_notes;
  });
  for (const auto& [rule, count] : notes) {
    if (count > most_notes) result.left_out.push_back({rule, count - most_notes});
  }
}

}  // namespace

CheckResult RunChecks(const syntax::Policy& policy, std::span<const dsl::AllowComment> allowed,
                      const RunOptions& options) {
  CheckResult all;
  for (const Check& check : kChecks) {
    if (check.run == nullptr) continue;
    CheckResult one = check.run(policy);
    std::ranges::move(one.findings, std::back_inserter(all.findings));
    std::ranges::move(one.unknown, std::back_inserter(all.unknown));
  }
  ApplyAllowComments(allowed, all);
  std::ranges::sort(all.findings,
                    [](const Finding& a, const Finding& b) { return KeyOf(a) < KeyOf(b); });
  std::ranges::sort(all.silenced, [](const Silenced& a, const Silenced& b) {
    return KeyOf(a.finding) < KeyOf(b.finding);
  });
  LeaveOut(options.most_notes, all);
  return all;
}

std::string RuleSummary(std::string_view rule) {
  const std::string_view page = RulePage(rule).value_or("");
  const std::size_t begin = page.find("\n\n");
  if (begin == page.npos) return "";
  const std::string_view text = page.substr(begin + 2, page.find("\n\n", begin + 2) - begin - 2);
  std::string sentence;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] == '\n' ? ' ' : text[i];
    const bool ends =
        c == '.' && (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n');
    if (ends) break;
    sentence += c;
  }
  // A severity stands beside it in whatever shows this.
  const std::size_t severity = sentence.find(" (**");
  if (severity != sentence.npos) sentence.erase(severity);
  return sentence;
}

}  // namespace weir::compiler
