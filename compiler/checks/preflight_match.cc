#include "compiler/checks/preflight_match.h"

#include <algorithm>
#include <iterator>

#include "compiler/encode/match.h"
#include "spec/model/match.h"

namespace weir::compiler {
namespace {

using syntax::FieldMatch;

// Fields that a script cannot set, or that proxies on the way add.
constexpr std::string_view kCarried[] = {
    "accept-charset", "accept-encoding", "accept-language", "content-length", "date",       "dnt",
    "forwarded",      "origin",          "referer",         "save-data",      "user-agent", "via",
    "x-real-ip",      "x-request-id"};

// The value that the test meets on a preflight, as the model sees it.
bool HoldsOnPreflight(const FieldMatch& field) {
  model::CanonicalRequest request;
  if (FateOf(field.name) == FieldFate::kAccept) request.headers.push_back({"accept", "*/*", 1});
  return model::MatchesField(field, request);
}

}  // namespace

FieldFate FateOf(std::string_view header) {
  if (header == "accept") return FieldFate::kAccept;
  if (header == "access-control-request-method") return FieldFate::kMethod;
  if (header == "access-control-request-headers") return FieldFate::kUndecided;
  const bool carried = std::ranges::find(kCarried, header) != std::end(kCarried) ||
                       header.starts_with("sec-") || header.starts_with("x-forwarded-");
  return carried ? FieldFate::kSame : FieldFate::kLeftOut;
}

bool NeedsPreflight(std::string_view header) {
  if (FateOf(header) != FieldFate::kLeftOut) return false;
  // What the Fetch standard safelists; the browser sets cookies itself. A
  // content-type is safelisted for three values.
  return header != "content-language" && header != "content-type" && header != "cookie" &&
         header != "range";
}

bool DiffersOnPreflight(const FieldMatch& field) {
  return IsHeader(field.source) && FateOf(field.name) != FieldFate::kSame;
}

bool MayMatchPreflights(const syntax::Match& match) {
  return std::ranges::none_of(match.fields, [](const FieldMatch& field) {
    if (!IsHeader(field.source)) return false;
    const FieldFate fate = FateOf(field.name);
    const bool known = fate == FieldFate::kLeftOut || fate == FieldFate::kAccept;
    return known && !HoldsOnPreflight(field);
  });
}

std::optional<Formula> MatchesPreflight(Universe& u, const syntax::Match& match,
                                        const std::vector<std::uint32_t>& listeners) {
  const std::uint32_t method = u.At({Part::kMethod, "", ""});
  std::vector<Formula> all{MatchesMethod(u, match, method)};
  syntax::Match rest = match;
  rest.fields.clear();
  for (const FieldMatch& field : match.fields) {
    if (!DiffersOnPreflight(field)) {
      rest.fields.push_back(field);
    } else if (FateOf(field.name) == FieldFate::kMethod) {
      all.push_back(MatchesField(u, field, method));
    } else if (FateOf(field.name) == FieldFate::kUndecided) {
      return std::nullopt;
    } else if (!HoldsOnPreflight(field)) {
      return kFalse;
    }
  }
  all.push_back(MatchesButMethod(u, rest, listeners));
  return u.f.And(all);
}

Witness PreflightOf(const Witness& request) {
  Witness preflight = request;
  preflight.method = "OPTIONS";
  preflight.jwt = false;
  preflight.claims.clear();
  preflight.consumer.reset();
  preflight.headers.clear();
  std::vector<std::string> names;
  for (const auto& [name, value] : request.headers) {
    switch (FateOf(name)) {
      case FieldFate::kSame:
        preflight.headers.emplace_back(name, value);
        break;
      case FieldFate::kAccept:
        preflight.headers.emplace_back(name, "*/*");
        break;
      case FieldFate::kLeftOut:
        if (name != "cookie") names.push_back(name);
        break;
      case FieldFate::kMethod:
      case FieldFate::kUndecided:
        break;
    }
  }
  preflight.headers.emplace_back("access-control-request-method", request.method);
  std::ranges::sort(names);
  std::string listed;
  for (const std::string& name : names) listed += (listed.empty() ? "" : ",") + name;
  if (!listed.empty()) preflight.headers.emplace_back("access-control-request-headers", listed);
  return preflight;
}

}  // namespace weir::compiler
