// A loaded table: one gateway's or sidecar's compiled policy, read-only.
//
// Load() checks everything, so that the accessors need not: a Table that
// exists can be used without any further check (FORMAT.md says what is
// checked). It holds its octets itself, mapped or copied, may be shared
// between threads, and lives as long as any request that was decided on it.
//
//   auto table = Table::LoadFile("edge.weirt");
//   if (!table) Report(table.error());
//   for (const RouteRecord& route : (*table)->routes()) Print((*table)->text(route.name));
#ifndef WEIR_RUNTIME_TABLE_TABLE_H_
#define WEIR_RUNTIME_TABLE_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/table/sections.h"

namespace weir::runtime {

// Accessors over octets that are in the right shape: a loaded table's, or a
// writer's while it works. Does not own them.
class TableView {
 public:
  const GatewayRecord& gateway() const { return gateway_section()[0]; }
  std::string_view text(StringRef ref) const {
    return {text_octets().data() + ref.offset, ref.length};
  }
  std::string_view string(std::uint32_t index) const { return text(strings()[index]); }

  // One span for each section: routes(), services(), limits(), ...
#define WEIR_SECTION_SPAN(tag, name, type, version)                            \
  std::span<const type> name() const {                                         \
    const auto& s = sections_[static_cast<std::size_t>(Section::tag)];         \
    return {reinterpret_cast<const type*>(s.data()), s.size() / sizeof(type)}; \
  }
  WEIR_TABLE_SECTIONS(WEIR_SECTION_SPAN)
#undef WEIR_SECTION_SPAN

  template <class T>
  static std::span<const T> Slice(std::span<const T> section, Range range) {
    return section.subspan(range.first, range.count);
  }

  using Sections = std::array<std::span<const std::byte>, kSectionCount>;

 protected:
  TableView() = default;
  explicit TableView(const Sections& sections) : sections_(sections) {}
  Sections sections_{};
};

class Table : public TableView {
 public:
  // The error is a sentence: what is wrong, and where in the file.
  static std::expected<std::shared_ptr<const Table>, std::string> LoadFile(const std::string& path);
  static std::expected<std::shared_ptr<const Table>, std::string> LoadOctets(std::string octets);
  ~Table();

  const std::array<std::uint8_t, 32>& source_hash() const { return source_hash_; }

 private:
  Table();
  // Owns the octets that the sections point into.
  struct Storage;
  static std::expected<std::shared_ptr<const Table>, std::string> Adopt(
      std::unique_ptr<Storage> storage);
  std::array<std::uint8_t, 32> source_hash_{};
  std::unique_ptr<Storage> storage_;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_TABLE_TABLE_H_
