#include "compiler/lower/rebase.h"

#include <filesystem>

namespace weir::compiler {
namespace {

namespace fs = std::filesystem;

class Rebase {
 public:
  Rebase(const std::string& from, const std::string& to) {
    std::error_code ignored;
    from_ = fs::weakly_canonical(fs::absolute(from.empty() ? "." : from, ignored), ignored);
    to_ = fs::weakly_canonical(fs::absolute(to.empty() ? "." : to, ignored), ignored);
  }
  void operator()(std::string& file) const {
    if (file.empty() || fs::path(file).is_absolute()) return;
    const fs::path place = (from_ / file).lexically_normal();
    const fs::path relative = place.lexically_relative(to_);
    file = relative.empty() ? place.string() : relative.string();
  }

 private:
  fs::path from_;
  fs::path to_;
};

}  // namespace

void RebaseFiles(syntax::Policy& policy, const std::string& from, const std::string& to) {
  const Rebase rebase(from, to);
  for (syntax::Jwt& jwt : policy.jwts) {
    if (jwt.keys.kind == syntax::SecretSource::Kind::kFile) rebase(jwt.keys.location);
  }
  for (syntax::Service& service : policy.services) {
    if (service.file) rebase(*service.file);
  }
  for (syntax::Gateway& gateway : policy.gateways) {
    for (syntax::Listener& listener : gateway.listeners) {
      rebase(listener.certificate);
      rebase(listener.key);
      rebase(listener.client_ca);
    }
  }
}

}  // namespace weir::compiler
