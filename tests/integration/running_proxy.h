// A weir-proxy that a test started on free ports, its log records, its metrics.
#ifndef WEIR_TESTS_INTEGRATION_RUNNING_PROXY_H_
#define WEIR_TESTS_INTEGRATION_RUNNING_PROXY_H_

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/integration/table_spec.h"

namespace weir::tests {

class RunningProxy {
 public:
  explicit RunningProxy(const TableSpec& spec, const std::vector<std::string>& more = {});
  ~RunningProxy();
  RunningProxy(const RunningProxy&) = delete;
  RunningProxy& operator=(const RunningProxy&) = delete;

  std::uint16_t port() const { return port_; }
  std::uint16_t admin() const { return admin_; }
  const std::filesystem::path& folder() const { return folder_; }
  bool started() const { return port_ != 0; }
  std::string errors() const;  // stderr so far

  void WriteTable(const std::string& octets);  // at once, as `mv` does
  void Signal(int signal);
  void LimitDescriptors(unsigned descriptors);  // of the running process
  std::size_t ResidentOctets() const;
  int Wait();  // the exit status; -1 after 10 s
  // The access log once it has `records` lines (or 5 s have passed).
  std::vector<std::string> Log(std::size_t records);
  bool AwaitError(const std::string& text);  // on stderr, within 5 s
  // One GET of the admin port: the answer whole.
  std::string Admin(const std::string& path);

 private:
  void Start(const std::string& octets, const std::vector<std::string>& more);
  std::filesystem::path folder_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0, admin_ = 0;
};

// Asks until it holds, at most 5 s.
bool Eventually(const std::function<bool()>& holds);

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_RUNNING_PROXY_H_
