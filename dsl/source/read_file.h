// Reads a policy file whole, or says why not. Never reads more than the limit,
// never waits on a pipe or a device: only regular files are read.
#ifndef WEIR_DSL_SOURCE_READ_FILE_H_
#define WEIR_DSL_SOURCE_READ_FILE_H_

#include <cstddef>
#include <expected>
#include <string>

namespace weir::dsl {

inline constexpr std::size_t kMaxFileOctets = 16u << 20;

struct ReadError {
  std::string rule;     // "missing-file", "not-a-file", "unreadable-file" or "file-too-large"
  std::string message;  // names the path
};

[[nodiscard]] std::expected<std::string, ReadError> ReadFile(const std::string& path);

// The whole of standard input, under the same limit.
[[nodiscard]] std::expected<std::string, ReadError> ReadStandardInput();

}  // namespace weir::dsl

#endif  // WEIR_DSL_SOURCE_READ_FILE_H_
