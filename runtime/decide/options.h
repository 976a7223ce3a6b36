// What a listener's canonicaliser is told by the table; built once when a table
// is loaded, and used for every request.
//
//   ListenerOptions options(*table, listener);
//   auto request = canonicaliser.Run(raw, facts, options.view());
#ifndef WEIR_RUNTIME_DECIDE_OPTIONS_H_
#define WEIR_RUNTIME_DECIDE_OPTIONS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/request/canonical.h"
#include "runtime/table/table.h"

namespace weir::runtime {

class ListenerOptions {
 public:
  ListenerOptions(const TableView& table, std::uint32_t listener);
  // Points into this object and the table.
  CanonicalOptions view() const {
    CanonicalOptions options = options_;
    options.trusted_proxies = trusted_proxies_;
    options.scalar_fields = scalar_fields_;
    options.scalar_queries = scalar_queries_;
    options.scalar_cookies = scalar_cookies_;
    return options;
  }

 private:
  CanonicalOptions options_;
  std::vector<Network> trusted_proxies_;
  std::vector<std::string_view> scalar_fields_;
  std::vector<std::string_view> scalar_queries_;
  std::vector<std::string_view> scalar_cookies_;
};

// What a proxy of this table is called in Via unless it is told otherwise: its name
// and a hash of the policy. So the same policy is one deployment, however many
// processes serve it, and another one is another.
std::string DeploymentName(const Table& table);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_OPTIONS_H_
