#include "dsl/resolve/include.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "dsl/parse/parse.h"
#include "dsl/source/read_file.h"

namespace weir::dsl::resolve {
namespace {

namespace fs = std::filesystem;
using Kind = tree::Item::Kind;

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxTotal = 64u << 20;

Diagnostic Error(std::string rule, std::string message, Span span) {
  return {Severity::kError, std::move(rule), std::move(message), span, {}, {}};
}

class Reader {
 public:
  Reader(SourceMap& sources, std::vector<Diagnostic>& diagnostics, FileSet& files)
      : sources_(sources), diagnostics_(diagnostics), files_(files) {}

  // `includer` is the include that asks for the file; null for the first one.
  void Read(const std::string& path, const Span* includer) {
    auto text = ReadFile(path);
    if (!text) {
      Diagnostic error = Error(text.error().rule, text.error().message, {});
      if (includer != nullptr) error.span = *includer;
      // A diagnostic points into some file: an empty one for the file that is not there.
      if (includer == nullptr) error.span.file = sources_.Add(path, "");
      diagnostics_.push_back(std::move(error));
      return;
    }
    total_ += text->size();
    if (total_ > kMaxTotal) {
      Diagnostic error =
          Error("too-large", "the files of a policy are larger than 64 MiB together", {});
      if (includer != nullptr) error.span = *includer;
      diagnostics_.push_back(std::move(error));
      return;
    }
    const std::uint32_t file = sources_.Add(path, *std::move(text));
    const std::string key = KeyOf(path);
    states_[key] = {file, true, includer != nullptr ? *includer : Span{file, 0, 0}};
    open_.push_back(key);
    Take(file, fs::path(path).parent_path());
    open_.pop_back();
    states_[key].open = false;
  }

  void Take(std::uint32_t file, const fs::path& folder) {
    ParseResult parsed = Parse(sources_, file);
    std::ranges::move(parsed.diagnostics, std::back_inserter(diagnostics_));
    auto tree = std::make_unique<tree::File>(std::move(parsed.tree));
    for (const tree::Statement& statement : tree->statements) {
      const tree::Item& head = statement.items.front();
      if (head.kind != Kind::kWord || head.text != "include") continue;
      if (statement.items.size() != 2 || statement.items[1].kind != Kind::kString) {
        diagnostics_.push_back(
            Error("expected", "expected one file name in quotes after 'include'", head.span));
        continue;
      }
      Include(statement.items[1], folder);
    }
    files_.trees.push_back(std::move(tree));
  }

  void forbid_includes() { may_include_ = false; }

 private:
  struct State {
    std::uint32_t file = 0;
    bool open = false;
    Span included_at;
  };

  // Two names of one file are one file; one that does not exist keeps its name.
  static std::string KeyOf(const std::string& path) {
    std::error_code error;
    fs::path canonical = fs::canonical(path, error);
    return error ? path : canonical.string();
  }

  void Include(const tree::Item& name, const fs::path& folder) {
    if (!may_include_) {
      diagnostics_.push_back(
          Error("missing-file", "a policy from memory can include no file", name.span));
      return;
    }
    if (name.text.empty() || name.text.find('\0') != std::string::npos) {
      diagnostics_.push_back(Error("missing-file", "there is no file without a name", name.span));
      return;
    }
    const std::string path = (folder / name.text).string();
    auto state = states_.find(KeyOf(path));
    if (state != states_.end() && state->second.open) return Cycle(name, state->first);
    if (state != states_.end()) return;
    if (open_.size() >= kMaxDepth) {
      diagnostics_.push_back(Error("too-large", "includes are nested deeper than 32", name.span));
      return;
    }
    Read(path, &name.span);
  }

  void Cycle(const tree::Item& name, const std::string& key) {
    Diagnostic error =
        Error("include-cycle", "\"" + name.text + "\" is included by itself", name.span);
    auto place = std::ranges::find(open_, key);
    for (auto next = place == open_.end() ? place : place + 1; next != open_.end(); ++next) {
      error.labels.push_back({states_[*next].included_at, "included here"});
    }
    diagnostics_.push_back(std::move(error));
  }

  SourceMap& sources_;
  std::vector<Diagnostic>& diagnostics_;
  FileSet& files_;
  std::map<std::string, State> states_;  // by canonical name
  std::vector<std::string> open_;        // the way from the first file to this one
  std::size_t total_ = 0;
  bool may_include_ = true;
};

}  // namespace

FileSet ReadFiles(const std::string& path, SourceMap& sources,
                  std::vector<Diagnostic>& diagnostics) {
  FileSet files;
  Reader(sources, diagnostics, files).Read(path, nullptr);
  return files;
}

FileSet ReadText(std::string name, std::string text, SourceMap& sources,
                 std::vector<Diagnostic>& diagnostics) {
  FileSet files;
  Reader reader(sources, diagnostics, files);
  reader.forbid_includes();
  reader.Take(sources.Add(std::move(name), std::move(text)), {});
  return files;
}

}  // namespace weir::dsl::resolve
