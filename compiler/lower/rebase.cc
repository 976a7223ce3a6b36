#include "compiler/lower/rebase.h"

#include <filesystem>

#include "compiler/lower/named_files.h"

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
  ForEachNamedFile(policy, [&](const NamedFile&, std::string& name) { rebase(name); });
}

}  // namespace weir::compiler
