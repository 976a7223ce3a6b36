// A weir-proxy that a test started on free ports, its log records, its metrics.
#ifndef WEIR_TESTS_INTEGRATION_RUNNING_PROXY_H_
#define WEIR_TESTS_INTEGRATION_RUNNING_PROXY_H_

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/table_spec.h"
#include "tests/support/temporary_folder.h"

namespace weir::tests {

// The octets of a table: a type of its own, so that a TableSpec in braces is never
// taken for a string.
struct TableOctets {
  TableOctets(std::string text) : octets(std::move(text)) {}
  std::string octets;
};

class RunningProxy {
 public:
  explicit RunningProxy(const TableSpec& spec, const std::vector<std::string>& more = {});
  // A table's octets (policy_text.h), and files that lie beside it.
  explicit RunningProxy(const TableOctets& table, const std::vector<std::string>& more = {},
                        const std::map<std::string, std::string>& files = {});
  ~RunningProxy();
  RunningProxy(const RunningProxy&) = delete;
  RunningProxy& operator=(const RunningProxy&) = delete;

  // Open files, soft and hard, of those that are started from now on; 0: as here.
  static inline unsigned descriptors_at_start = 0;

  std::uint16_t port() const { return port_; }
  std::uint16_t admin() const { return admin_; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  bool started() const { return port_ != 0; }
  std::string errors() const;  // stderr so far

  void WriteTable(const std::string& octets) { WriteFile("edge.weirt", octets); }
  // In the table's folder, at once, as `mv` does.
  void WriteFile(const std::string& name, const std::string& octets);
  void Signal(int signal);
  void LimitDescriptors(unsigned descriptors);  // of the running process; may be raised again
  std::size_t ResidentOctets() const;
  std::size_t Descriptors() const;  // open ones
  std::size_t HighestDescriptor() const;
  int Wait();  // the exit status; -1 after 10 s
  // The access log once it has `records` lines (or 10 s have passed).
  std::vector<std::string> Log(std::size_t records);
  bool AwaitError(const std::string& text);  // on stderr, within 10 s
  // One GET of the admin port: the answer whole.
  std::string Admin(const std::string& path);

 private:
  void Start(const std::string& octets, const std::vector<std::string>& more,
             const std::map<std::string, std::string>& files);
  const TemporaryFolder folder_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0, admin_ = 0;
};

// Asks until it holds, at most 10 s.
bool Eventually(const std::function<bool()>& holds);

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_RUNNING_PROXY_H_
