// `weir explain`: what a policy or table does with one request, and why.
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

#include "compiler/cli/commands.h"
#include "compiler/cli/open_table.h"
#include "compiler/cli/output.h"
#include "compiler/explain/explain.h"
#include "dsl/source/read_file.h"

namespace weir::cli {
namespace {

struct Options {
  std::string file;
  std::string gateway;
  std::vector<std::string> headers;
  std::string claims;
  std::string format = "text";
  compiler::Question question;
};

// "Name: value", as curl takes it.
bool ReadHeaders(const std::vector<std::string>& lines, compiler::Question& question) {
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || colon == 0) {
      Complain("'" + line + "' is not a header: write -H 'Name: value'");
      return false;
    }
    std::string value = line.substr(colon + 1);
    value.erase(0, value.find_first_not_of(" \t"));
    question.headers.emplace_back(line.substr(0, colon), value);
  }
  return true;
}

int Explain(Options& options) {
  if (!ReadHeaders(options.headers, options.question)) return kBadCall;
  if (!options.claims.empty()) {
    // A payload can be given itself, for what is tried by hand.
    if (options.claims.starts_with('{')) {
      options.question.claims = options.claims;
    } else {
      auto text = options.claims == "-" ? dsl::ReadStandardInput() : dsl::ReadFile(options.claims);
      if (!text) {
        Complain(text.error().message);
        return kBadCall;
      }
      options.question.claims = std::move(*text);
    }
  }
  // Said even where nothing reads them: what was given is not what was meant.
  if (options.question.claims &&
      !nlohmann::json::parse(*options.question.claims, nullptr, false).is_object()) {
    Complain("--claims: this is no JSON object");
    return kBadCall;
  }
  const auto table = OpenTable(options.file, options.gateway);
  if (!table) return kBadCall;
  const auto explanation = compiler::Explain(*table, options.question);
  if (!explanation) {
    Complain(explanation.error());
    return kBadCall;
  }
  const bool json = options.format == "json";
  return Print(json ? ToJson(*explanation) : ToText(*explanation)) ? kFine : kBadCall;
}

}  // namespace

command_line::Command ExplainCommand() {
  auto options = std::make_shared<Options>();
  compiler::Question& question = options->question;
  return {
      .name = "explain",
      .summary = "Show what a policy or table does with a request, and why",
      .options = {{"FILE", "A policy, or a compiled table", &options->file, {.required = true}},
                  {"METHOD", "GET, POST, ...", &question.method, {.required = true}},
                  {"URL", "http://host/path?query", &question.url, {.required = true}},
                  {"--gateway",
                   "Of a policy: which gateway or sidecar (default: the first gateway)",
                   &options->gateway},
                  {"-H,--header", "A header, 'Name: value'", &options->headers},
                  {"--claims", "A file with the payload of a verified token, JSON; - reads stdin",
                   &options->claims},
                  {"--client", "The address that connects (default: 127.0.0.1)", &question.client},
                  {"--peer", "The SPIFFE id that the peer proved", &question.peer},
                  {"--consumer", "The consumer whose API key is sent", &question.consumer},
                  {"--listener",
                   "The listener that it comes in by, ADDR:PORT (default: by the URL's port)",
                   &question.listener},
                  {"--format",
                   "How the explanation is shown",
                   &options->format,
                   {.shows_default = true, .choices = {"text", "json"}}}},
      .run = [options] { return Explain(*options); }};
}

}  // namespace weir::cli
