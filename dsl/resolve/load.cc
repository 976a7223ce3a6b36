// Files -> trees -> names -> policy.
//
// First every file is read and every name entered; then the constructs are
// resolved in the order of what they look at, so that a text may use what it
// defines later. Errors do not stop the next construct: a run reports all it can.
#include "dsl/resolve/load.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "dsl/resolve/allow_comments.h"
#include "dsl/resolve/constructs.h"
#include "dsl/resolve/include.h"
#include "dsl/resolve/names.h"
#include "dsl/resolve/route.h"
#include "runtime/base/sha256.h"

namespace weir::dsl {
namespace {

using namespace resolve;  // NOLINT: the one place where all of it comes together

// Every definition of a kind, in the order it was written.
std::vector<Definition*> InOrder(Context& context, NameKind kind) {
  std::vector<Definition*> definitions;
  for (auto& [name, definition] : context.names(kind)) definitions.push_back(&definition);
  std::ranges::sort(definitions, {}, [](const Definition* definition) {
    return std::pair(definition->span.file, definition->span.begin);
  });
  return definitions;
}

void ResolveAll(Context& context, NameKind kind, void (*resolve)(Context&, const Definition&)) {
  for (const Definition* definition : InOrder(context, kind)) resolve(context, *definition);
}

void ResolveAuthenticator(Context& context, const Definition& definition) {
  (definition.api_keys ? ResolveApiKeys : ResolveJwt)(context, definition);
}

void ResolveProxy(Context& context, const Definition& definition) {
  (definition.sidecar ? ResolveSidecar : ResolveGateway)(context, definition);
}

// A profile that no route uses is read once by itself, so that what is wrong
// with it shows before the first use.
void CheckProfile(Context& context, const Definition& definition) {
  const tree::Item* body = BodyOf(context, *definition.statement, 2);
  if (body == nullptr || definition.used) return;
  const std::vector<syntax::Listener> none;
  RouteBuilder builder(context, none);
  builder.AllowAnyCapture();
  ClauseTable table = builder.RouteClauses();
  for (Clause& clause : builder.MatchClauses()) table.push_back(std::move(clause));
  const std::string owner = OwnerOf("profile", definition.name);
  builder.ReadBody(body->statements, RouteBuilder::Layer::kProfile, owner, table);
  builder.Finish(owner, definition.span, {});
}

void Resolve(Context& context, const FileSet& files) {
  Statements rest;
  for (const auto& file : files.trees) {
    for (const tree::Statement& statement : file->statements) CollectName(context, statement, rest);
  }
  ResolveAll(context, NameKind::kAuthenticator, ResolveAuthenticator);
  ResolveAll(context, NameKind::kCors, ResolveCors);
  ResolveAll(context, NameKind::kRetry, ResolveRetry);
  ResolveAll(context, NameKind::kBreaker, ResolveBreaker);
  ResolveAll(context, NameKind::kLimit, ResolveLimit);
  ResolveAll(context, NameKind::kService, ResolveService);
  ResolveAll(context, NameKind::kGateway, ResolveProxy);
  ResolveAll(context, NameKind::kProfile, CheckProfile);
  for (const tree::Statement* statement : rest.bounds)
    ResolveAmplificationBound(context, *statement);
  for (const tree::Statement* statement : rest.proofs) ResolveProof(context, *statement);
  for (const tree::Statement* statement : rest.examples) ResolveExample(context, *statement);
}

// Gateways and sidecars are there for themselves.
void CollectUnused(Context& context) {
  for (const NameKind kind :
       {NameKind::kService, NameKind::kAuthenticator, NameKind::kLimit, NameKind::kCors,
        NameKind::kRetry, NameKind::kBreaker, NameKind::kProfile, NameKind::kLet}) {
    for (const Definition* definition : InOrder(context, kind)) {
      if (definition->used) continue;
      context.policy.unused.push_back({definition->statement->items.front().text, definition->name,
                                       context.Node(definition->span)});
    }
  }
}

// What the parser gave up within a statement is not missing from it.
void LeaveOutHidden(const FileSet& files, const std::vector<Diagnostic>& of_parser,
                    std::vector<Diagnostic>& diagnostics) {
  const auto lies_in = [](const Span& inner, const Span& outer) {
    return inner.file == outer.file && inner.begin >= outer.begin && inner.begin < outer.end;
  };
  for (const auto& file : files.trees) {
    for (const tree::Statement& statement : file->statements) {
      const auto within = [&](const Diagnostic& each) {
        return lies_in(each.span, statement.span);
      };
      if (std::ranges::none_of(of_parser, within)) continue;
      std::erase_if(diagnostics, [&](const Diagnostic& each) {
        return each.rule == "missing-clause" && within(each);
      });
    }
  }
}

LoadResult Finish(LoadResult result, const FileSet& files) {
  Context context(result.sources);
  Resolve(context, files);
  CollectUnused(context);
  Sha256 hash;
  for (std::uint32_t file = 0; file < result.sources.file_count(); ++file) {
    context.policy.files.push_back(result.sources.name(file));
    hash.Add(result.sources.text(file));
  }
  context.policy.source_hash = hash.Finish();
  LeaveOutHidden(files, result.diagnostics, context.diagnostics);
  std::ranges::move(context.diagnostics, std::back_inserter(result.diagnostics));
  std::ranges::sort(result.diagnostics, {}, [](const Diagnostic& diagnostic) {
    return std::tuple(diagnostic.span.file, diagnostic.span.begin, diagnostic.message);
  });
  const bool error = std::ranges::any_of(result.diagnostics, [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::kError;
  });
  if (!error) result.policy = std::move(context.policy);
  result.allow_comments = CollectAllowComments(files, result.sources);
  return result;
}

}  // namespace

LoadResult Load(const std::string& path) {
  LoadResult result;
  const FileSet files = ReadFiles(path, result.sources, result.diagnostics);
  // Without a text there is nothing to say but that.
  if (files.trees.empty()) return result;
  return Finish(std::move(result), files);
}

LoadResult LoadText(std::string name, std::string text) {
  LoadResult result;
  const FileSet files =
      ReadText(std::move(name), std::move(text), result.sources, result.diagnostics);
  return Finish(std::move(result), files);
}

}  // namespace weir::dsl
