#include "proxy/exchange/policy.h"

#include <utility>

namespace weir::proxy {
namespace {

// Kind, name and every parameter: a limit that changed in any starts afresh.
std::string Identity(const runtime::Table& table, const runtime::LimitRecord& limit) {
  std::string out = "limit";
  const auto add = [&out](std::string_view part) {
    out.append("/").append(std::to_string(part.size())).append(":").append(part);
  };
  add(table.text(limit.name));
  for (const std::uint64_t number : {limit.count, static_cast<std::uint64_t>(limit.period), limit.burst,
                                     limit.cost}) {
    add(std::to_string(number));
  }
  for (const runtime::AttributeRecord& attribute :
       runtime::Table::Slice(table.attributes(), limit.by)) {
    add(std::to_string(static_cast<std::uint32_t>(attribute.subject)));
    add(table.text(attribute.name));
  }
  return out;
}

}  // namespace

Policy::Policy(std::shared_ptr<const runtime::Table> table) : table_(std::move(table)) {
  for (const runtime::LimitRecord& limit : table_->limits()) limits_.push_back(Identity(*table_, limit));
  for (const runtime::RetryRecord& retry : table_->retries()) {
    budgets_.emplace_back(retry.budget_percent, retry.budget_minimum);
  }
}

runtime::LimitRate RateOf(const runtime::LimitRecord& limit) {
  return {limit.count, limit.period, limit.burst};
}

}  // namespace weir::proxy
