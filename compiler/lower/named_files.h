// The files that a policy names, and that must be there when its proxy starts. Access
// logs are not among them: the proxy makes them.
//
//   ForEachNamedFile(policy, [&](const NamedFile& file, std::string& name) { ... });
#ifndef WEIR_COMPILER_LOWER_NAMED_FILES_H_
#define WEIR_COMPILER_LOWER_NAMED_FILES_H_

#include <cstdint>
#include <string>

#include "spec/syntax/policy.h"

namespace weir::compiler {

struct NamedFile {
  enum class Kind : std::uint8_t { kKeySet, kEndpoints, kCertificate, kKey, kClientCa };
  Kind kind = Kind::kKeySet;
  std::uint32_t place = 0;  // of the jwt, the service or the gateway that names it
  syntax::NodeId node = syntax::kNoNode;
};

// `Policy` may be const. Names are as written: relative to the policy's folder.
template <class Policy, class Visit>
void ForEachNamedFile(Policy& policy, const Visit& visit) {
  using Kind = NamedFile::Kind;
  for (std::uint32_t i = 0; i < policy.jwts.size(); ++i) {
    auto& jwt = policy.jwts[i];
    if (jwt.keys.kind == syntax::SecretSource::Kind::kFile) {
      visit(NamedFile{Kind::kKeySet, i, jwt.node}, jwt.keys.location);
    }
  }
  for (std::uint32_t i = 0; i < policy.services.size(); ++i) {
    auto& service = policy.services[i];
    if (service.file) visit(NamedFile{Kind::kEndpoints, i, service.node}, *service.file);
  }
  for (std::uint32_t i = 0; i < policy.gateways.size(); ++i) {
    for (auto& listener : policy.gateways[i].listeners) {
      visit(NamedFile{Kind::kCertificate, i, listener.node}, listener.certificate);
      visit(NamedFile{Kind::kKey, i, listener.node}, listener.key);
      visit(NamedFile{Kind::kClientCa, i, listener.node}, listener.client_ca);
    }
  }
}

// "the key set".
inline const char* NameOf(NamedFile::Kind kind) {
  switch (kind) {
    case NamedFile::Kind::kKeySet:
      return "the key set";
    case NamedFile::Kind::kEndpoints:
      return "the endpoints file";
    case NamedFile::Kind::kCertificate:
      return "the certificate";
    case NamedFile::Kind::kKey:
      return "the private key";
    case NamedFile::Kind::kClientCa:
      return "the client CA";
  }
  return "the file";
}

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_LOWER_NAMED_FILES_H_
