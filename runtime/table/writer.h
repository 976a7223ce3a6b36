// Puts a table file together. Used by the compiler and by tests, never by a
// data plane. What it writes still has to pass the loader: the writer trusts
// its caller, the loader trusts nobody.
//
//   TableWriter writer;
//   Index cors = AppendOne(writer.cors, {.name = writer.Text("storefront")});
//   std::string octets = writer.Finish(source_hash);
#ifndef WEIR_RUNTIME_TABLE_WRITER_H_
#define WEIR_RUNTIME_TABLE_WRITER_H_

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "runtime/table/table.h"

namespace weir::runtime {

class TableWriter {
 public:
  TableWriter() = default;
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;

  // The same text is stored once.
  StringRef Text(std::string_view text);

#define WEIR_WRITER_SECTION(tag, name, type, version) std::vector<type> name;
  WEIR_TABLE_SECTIONS(WEIR_WRITER_SECTION)
#undef WEIR_WRITER_SECTION

  Range AddStrings(std::span<const std::string> texts);

  // Builds the index of the routes and gives the octets of the file. The error
  // is a sentence: what does not fit the format.
  std::expected<std::string, std::string> Finish(const std::array<std::uint8_t, 32>& source_hash);

  // The octets from the sections as they are, the index too.
  std::string Octets(const std::array<std::uint8_t, 32>& source_hash) const;

 private:
  std::unordered_map<std::string, StringRef> texts_;
};

// Appends a run of records and gives its place.
template <class T>
Range AppendRun(std::vector<T>& section, const std::vector<std::type_identity_t<T>>& records) {
  const Range range{static_cast<std::uint32_t>(section.size()),
                    static_cast<std::uint32_t>(records.size())};
  section.insert(section.end(), records.begin(), records.end());
  return range;
}

template <class T>
Index AppendOne(std::vector<T>& section, const std::type_identity_t<T>& record) {
  section.push_back(record);
  return static_cast<Index>(section.size() - 1);
}

// Repairs the checksum of octets that were changed on purpose (tests, fuzzing).
void RepairChecksum(std::string& octets);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_TABLE_WRITER_H_
