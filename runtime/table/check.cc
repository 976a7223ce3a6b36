#include "runtime/table/check.h"

#include "runtime/table/check_records.h"

namespace weir::runtime {
namespace {

// Octets and words are checked through the records that point at them.
void Check(CheckContext&, char) {}
void Check(CheckContext&, std::uint8_t) {}
void Check(CheckContext& c, StringRef ref) { c.Text(ref); }
void Check(CheckContext&, std::uint32_t) {}

template <class T>
void CheckSection(CheckContext& c, const char* name, std::span<const T> records) {
  if constexpr (sizeof(T) <= 4) return;
  for (std::size_t i = 0; i < records.size() && c.ok(); ++i) {
    c.At(name, i);
    Check(c, records[i]);
  }
}

}  // namespace

std::string CheckRecords(const TableView& table) {
  CheckContext c(table);
  c.At("gateway_section", table.gateway_section().size());
  c.Require(table.gateway_section().size() == 1, "a table is of one gateway");
#define WEIR_CHECK_SECTION(tag, name, type, version) CheckSection(c, #name, table.name());
  WEIR_TABLE_SECTIONS(WEIR_CHECK_SECTION)
#undef WEIR_CHECK_SECTION
  for (std::size_t i = 0; i < table.limit_uses().size(); ++i) {
    c.At("limit_uses", i);
    c.At(table.limit_uses()[i], table.limits().size());
  }
  if (c.ok()) CheckExpressionTrees(c);
  return c.wrong();
}

}  // namespace weir::runtime
