// A file that the policy names and that is not there. A proxy needs it to start, and
// `weir run` refuses without it. Here it is a note: where policies are checked, the
// secrets of where they run are often rightly absent.
#include <filesystem>
#include <string>
#include <system_error>

#include "compiler/checks/checks.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"
#include "compiler/lower/named_files.h"

namespace weir::compiler {

CheckResult CheckNamedFiles(const syntax::Policy& policy) {
  namespace fs = std::filesystem;
  CheckResult result;
  // Names are relative to the folder of the policy, of an include's too.
  const fs::path folder =
      policy.files.empty() ? fs::path() : fs::path(policy.files[0]).parent_path();
  ForEachNamedFile(policy, [&](const NamedFile& file, const std::string& name) {
    std::error_code error;
    if (name.empty() || fs::exists(folder / name, error)) return;
    result.findings.push_back(Found(
        "file-not-found", dsl::Severity::kNote, SpanOf(policy, file.node),
        std::string(NameOf(file.kind)) + " \"" + name +
            "\" does not exist here: where it does not, no proxy starts",
        "Name it relative to the policy's folder, and put it there before the proxy starts."));
  });
  return result;
}

}  // namespace weir::compiler
