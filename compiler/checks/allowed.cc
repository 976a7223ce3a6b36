#include "compiler/checks/allowed.h"

#include <algorithm>
#include <string>
#include <utility>

#include "compiler/checks/checks.h"
#include "dsl/source/did_you_mean.h"

namespace weir::compiler {
namespace {

using dsl::AllowComment;

// Both speak of comments, and no comment is excused from being right.
constexpr std::string_view kBadAllow = "bad-allow";
constexpr std::string_view kUnusedAllow = "unused-allow";

bool Within(dsl::Span inner, dsl::Span outer) {
  return inner.file == outer.file && outer.begin <= inner.begin && inner.end <= outer.end;
}

Finding About(const AllowComment& comment, std::string_view rule, std::string message,
              std::string fix) {
  Finding finding;
  finding.diagnostic.severity = dsl::Severity::kWarning;
  finding.diagnostic.rule = rule;
  finding.diagnostic.message = std::move(message);
  finding.diagnostic.span = comment.span;
  finding.diagnostic.help = fix;
  finding.fix = std::move(fix);
  return finding;
}

// Why the comment silences nothing, whatever is found; nothing when it may.
std::optional<Finding> Fault(const AllowComment& comment) {
  if (!comment.fault.empty()) {
    return About(comment, kBadAllow, "this comment is not understood: " + comment.fault,
                 "Write # weir: allow RULE because \"REASON\".");
  }
  std::vector<std::string_view> rules;
  for (const Check& check : kChecks) {
    if (check.rule != kBadAllow && check.rule != kUnusedAllow) rules.push_back(check.rule);
  }
  if (std::ranges::find(rules, comment.rule) == rules.end()) {
    const std::string near = dsl::DidYouMeanHelp(comment.rule, rules);
    return About(comment, kBadAllow, "there is no rule '" + comment.rule + "' to allow",
                 near.empty() ? "`weir lint --rules` lists them." : near);
  }
  if (!comment.statement) {
    return About(comment, kBadAllow, "no statement follows this comment in its block",
                 "Move it to the line above the statement, or behind it on its line.");
  }
  return std::nullopt;
}

}  // namespace

void ApplyAllowComments(std::span<const AllowComment> comments, CheckResult& result) {
  std::vector<Finding> about_comments;
  for (const AllowComment& comment : comments) {
    if (auto fault = Fault(comment)) {
      about_comments.push_back(*std::move(fault));
      continue;
    }
    const auto meant = [&](std::string_view rule, dsl::Span span) {
      return rule == comment.rule && Within(span, *comment.statement);
    };
    // A finding that two comments allow makes both of use.
    bool used = std::ranges::any_of(result.silenced, [&](const Silenced& one) {
      return meant(one.finding.diagnostic.rule, one.finding.diagnostic.span);
    });
    std::erase_if(result.findings, [&](Finding& finding) {
      if (!meant(finding.diagnostic.rule, finding.diagnostic.span)) return false;
      result.silenced.push_back({std::move(finding), comment.reason, comment.span});
      return used = true;
    });
    // What could not be decided may be what it is there for.
    used = used || std::ranges::any_of(result.unknown, [&](const Unknown& unknown) {
             return meant(unknown.rule, unknown.span);
           });
    if (used) continue;
    about_comments.push_back(
        About(comment, kUnusedAllow,
              "this comment silences nothing: the statement it stands at has no finding of " +
                  comment.rule,
              "Take it out."));
  }
  std::ranges::move(about_comments, std::back_inserter(result.findings));
}

}  // namespace weir::compiler
