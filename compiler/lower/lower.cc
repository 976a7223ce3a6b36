#include "compiler/lower/lower.h"

#include "compiler/lower/lowering.h"

namespace weir::compiler {

std::expected<std::string, std::vector<dsl::Diagnostic>> Lower(const syntax::Policy& policy,
                                                               const dsl::SourceMap* sources,
                                                               std::uint32_t gateway) {
  const syntax::Gateway& proxy = policy.gateways[gateway];
  Lowering lowering(policy, sources);
  lowering.LowerGateway(proxy);
  if (!lowering.diagnostics.empty()) return std::unexpected(std::move(lowering.diagnostics));
  auto octets = lowering.out.Finish(policy.source_hash);
  if (!octets) {
    lowering.Refuse(proxy.node, "no table can be made of '" + proxy.name + "': " + octets.error());
    return std::unexpected(std::move(lowering.diagnostics));
  }
  // What the loader would refuse is never written.
  if (const auto table = runtime::Table::LoadOctets(*octets); !table) {
    lowering.Refuse(proxy.node, "no table can be made of '" + proxy.name + "': " + table.error());
    return std::unexpected(std::move(lowering.diagnostics));
  }
  return *octets;
}

runtime::Provenance Lowering::SourceOf(syntax::NodeId node) {
  runtime::Provenance source;
  if (node >= policy.origins.size()) return source;
  const syntax::Origin& origin = policy.origins[node];
  if (origin.file < policy.files.size()) source.file = out.Text(policy.files[origin.file]);
  if (sources && origin.file < sources->file_count()) {
    const dsl::Position position = sources->Begin(origin);
    source.line = position.line;
    source.column = position.column;
  }
  return source;
}

void Lowering::Refuse(syntax::NodeId node, std::string message, std::string help) {
  dsl::Diagnostic diagnostic;
  diagnostic.rule = "table-budget";
  diagnostic.message = std::move(message);
  diagnostic.help = std::move(help);
  if (node < policy.origins.size()) diagnostic.span = policy.origins[node];
  diagnostics.push_back(std::move(diagnostic));
}

std::string JoinNames(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) {
    if (!joined.empty()) joined += ", ";
    joined += name;
  }
  return joined;
}

}  // namespace weir::compiler
