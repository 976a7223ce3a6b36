// The small tests that the checks of all records are made of. The first that
// fails is kept; later ones change nothing.
#ifndef WEIR_RUNTIME_TABLE_CHECK_CONTEXT_H_
#define WEIR_RUNTIME_TABLE_CHECK_CONTEXT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "runtime/base/ascii.h"
#include "runtime/table/table.h"

namespace weir::runtime {

class CheckContext {
 public:
  explicit CheckContext(const TableView& table) : table_(table) {}

  const TableView& table() const { return table_; }
  bool ok() const { return wrong_.empty(); }
  const std::string& wrong() const { return wrong_; }

  // Where the checks that follow are: for the sentence.
  void At(const char* section, std::size_t record) {
    section_ = section;
    record_ = record;
  }

  void Require(bool holds, const char* what) {
    if (holds || !ok()) return;
    wrong_ = std::string("record ") + std::to_string(record_) + " of " + section_ + ": " + what;
  }

  // Any octets.
  bool Text(StringRef ref) {
    const bool inside = std::uint64_t{ref.offset} + ref.length <= table_.text_octets().size();
    Require(inside, "a text lies outside of the texts");
    return inside;
  }
  // What may stand in a field's value, a log line or a name: no control octets.
  void Printable(StringRef ref) {
    if (!Text(ref)) return;
    for (char c : table_.text(ref)) {
      const auto octet = static_cast<unsigned char>(c);
      Require(octet >= 0x20 && octet != 0x7f, "a text holds a control octet");
    }
  }
  void Token(StringRef ref) {
    if (Text(ref)) Require(IsToken(table_.text(ref)), "a name is no token");
  }
  // A header's name: a token in lower case.
  void HeaderName(StringRef ref) {
    Token(ref);
    if (!ok()) return;
    for (char c : table_.text(ref))
      Require(ToLower(c) == c, "a header's name is not in lower case");
  }

  bool In(Range range, std::size_t section_size) {
    const bool inside = std::uint64_t{range.first} + range.count <= section_size;
    Require(inside, "a range lies outside of its section");
    return inside;
  }
  void At(Index index, std::size_t section_size) {
    Require(index < section_size, "an index lies outside of its section");
  }
  void MayBeAt(Index index, std::size_t section_size) {
    if (index != kNoIndex) At(index, section_size);
  }
  void Bool(std::uint32_t value) { Require(value <= 1, "a truth value is neither 0 nor 1"); }
  template <class Enum>
  void Below(Enum value, Enum last) {
    Require(static_cast<std::uint32_t>(value) <= static_cast<std::uint32_t>(last),
            "an enumerator is not known");
  }
  void Duration(std::int64_t value) { Require(value >= 0, "a duration is negative"); }
  void Interval(std::int64_t value) { Require(value > 0, "an interval is not above 0"); }
  void Port(std::uint32_t value) { Require(value <= 65535, "a port is above 65535"); }
  void Percent(std::uint32_t value) { Require(value <= 100, "a percentage is above 100"); }

 private:
  const TableView& table_;
  std::string wrong_;
  const char* section_ = "";
  std::size_t record_ = 0;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_TABLE_CHECK_CONTEXT_H_
