// Tokens and API keys whose definition changed. While decisions are compared, the
// old and the new definition are one: what one accepts, so does the other. Then
// each changed definition is asked by itself which callers it lets in or keeps
// out, so that a rotation is one region and not one for every route.
#ifndef WEIR_COMPILER_ENCODE_DIFF_CREDENTIALS_H_
#define WEIR_COMPILER_ENCODE_DIFF_CREDENTIALS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/encode/diff_settings.h"

namespace weir::compiler {

// An issuer or a set of API keys that both sides define otherwise.
struct ChangedCredential {
  bool is_jwt = false;
  Pair places;            // in Policy::jwts or Policy::api_keys
  std::string name;       // "jwt staff", "api-keys partners": as the new side has it
  std::string old_scope;  // DefinitionText
  std::string new_scope;
  // A caller that only this side accepts, in words; empty: there is none.
  std::string only_before;
  std::string only_after;
  // What such a token says.
  std::vector<std::pair<std::string, syntax::ClaimValue>> claims_before, claims_after;
  // Consumers of keys that only one side knows, and of keys that both know by
  // other names.
  std::vector<std::string> consumers_before, consumers_after;
  std::vector<std::pair<std::string, std::string>> renamed;
};

std::vector<ChangedCredential> ChangedCredentials(const DiffInput& before, const DiffInput& after,
                                                  const Definitions& definitions);

// The old side's scopes by the names that the new side has for them, but for
// `apart`, which stays a scope of its own.
std::map<std::string, std::string> OneScope(const std::vector<ChangedCredential>& changed,
                                            const ChangedCredential* apart);
std::string ScopeApart(const ChangedCredential& credential);

// Whoever sends no credential sends none to the other side either; keys are in
// the policy, so they can always be had; one token has one issuer.
void CorrelateCredentials(Universe& universe, const DiffInput& before, const DiffInput& after);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DIFF_CREDENTIALS_H_
