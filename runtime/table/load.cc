// From a file to a checked table: head, directory, checksum, then every record
// (check.h).
//
// Octets are read into private memory, so that nothing that happens to the file
// afterwards can change what was checked; 100 MB take some 30 ms. A file above
// kMapAbove is mapped instead, as a copy would double its memory: whoever
// replaces such a file must write a new one and rename it over the old, which is
// what `weir compile` does.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/table/check.h"
#include "runtime/table/format.h"
#include "runtime/table/table.h"

namespace weir::runtime {
namespace {

constexpr std::size_t kMapAbove = std::size_t{256} << 20;

std::string SystemError(const std::string& path) { return path + ": " + std::strerror(errno); }

// A name from a file that may hold anything, as a sentence can show it.
std::string Shown(std::string_view name) {
  std::string shown = "'";
  for (const char c : name) shown += c >= 0x20 && c < 0x7f ? c : '?';
  return shown + "'";
}

// The place in kSectionShapes, or kNoIndex.
std::uint32_t TagOf(std::string_view name) {
  const auto place = std::ranges::lower_bound(
      kSectionsByName, name, {}, [](std::uint32_t tag) { return kSectionShapes[tag].name; });
  return place != kSectionsByName.end() && kSectionShapes[*place].name == name ? *place : kNoIndex;
}

std::string WrongShape(const SectionHeader& section, const SectionShape& shape) {
  const std::string name = "section " + std::string(shape.name);
  if (section.version != shape.version) {
    return name + " is of version " + std::to_string(section.version) +
           ", this program reads version " + std::to_string(shape.version);
  }
  if (section.record_size != shape.record_size) {
    return name + " has records of " + std::to_string(section.record_size) +
           " octets, this program reads records of " + std::to_string(shape.record_size);
  }
  if (section.size == 0) return name + " is empty: then it is left out";
  if (section.size % section.record_size != 0) return name + " ends within a record";
  if (section.size / section.record_size >= kNoIndex) return name + " is too long";
  return "";
}

// Fills in the sections; what is wrong, or nothing.
std::string ReadDirectory(std::span<const std::byte> octets, std::uint32_t count,
                          TableView::Sections& sections) {
  std::uint64_t expected = sizeof(TableHeader) + std::uint64_t{count} * sizeof(SectionHeader);
  if (octets.size() < expected) return "the table ends within its directory";
  std::string_view last;
  for (std::uint32_t i = 0; i < count; ++i) {
    SectionHeader section;
    std::memcpy(&section, octets.data() + sizeof(TableHeader) + i * sizeof section, sizeof section);
    const std::string_view in_file = SectionName(section);
    const std::uint32_t tag = TagOf(in_file);
    if (tag == kNoIndex) {
      return "the table has a section " + Shown(in_file) + ", which this program does not know";
    }
    const SectionShape& shape = kSectionShapes[tag];
    const std::string name(shape.name);
    if (std::any_of(section.name.begin() + static_cast<std::ptrdiff_t>(in_file.size()),
                    section.name.end(), [](char c) { return c != '\0'; })) {
      return "section " + name + " has octets behind its name";
    }
    if (shape.name <= last) return "section " + name + " is not where it belongs";
    last = shape.name;
    if (std::string wrong = WrongShape(section, shape); !wrong.empty()) return wrong;
    if (section.offset != expected || section.size > octets.size() - expected) {
      return "section " + name + " lies outside of the table";
    }
    sections[tag] = octets.subspan(section.offset, section.size);
    expected += (section.size + 7) / 8 * 8;
    if (expected > octets.size()) return "section " + name + " lies outside of the table";
  }
  return expected == octets.size() ? "" : "there are octets behind the last section";
}

}  // namespace

// Pages from the system, so aligned for every record. A look-up jumps about in a
// large table: with huge pages it does not also miss in the page tables.
struct Table::Storage {
  void* mapped = nullptr;
  std::size_t mapped_size = 0;
  const char* data = nullptr;
  std::size_t size = 0;

  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  ~Storage() {
    if (mapped) munmap(mapped, mapped_size);
  }
  std::span<const std::byte> octets() const { return std::as_bytes(std::span(data, size)); }

  // Null when there is no memory.
  char* Allocate(std::size_t octet_count) {
    constexpr std::size_t kHuge = std::size_t{2} << 20;
    const bool large = octet_count >= kHuge;
    mapped_size = std::max<std::size_t>(octet_count, 1) + (large ? kHuge : 0);
    void* const pages =
        mmap(nullptr, mapped_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return nullptr;
    mapped = pages;
    size = octet_count;
    char* begin = static_cast<char*>(pages);
    if (large) {
      begin += (kHuge - reinterpret_cast<std::uintptr_t>(begin) % kHuge) % kHuge;
      madvise(begin, octet_count, MADV_HUGEPAGE);  // a wish: without it all is well too
    }
    data = begin;
    return begin;
  }
  bool Map(int file, std::size_t octet_count) {
    void* const pages = mmap(nullptr, octet_count, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (pages == MAP_FAILED) return false;
    mapped = pages;
    mapped_size = size = octet_count;
    data = static_cast<const char*>(pages);
    return true;
  }
};

Table::Table() = default;
Table::~Table() = default;

std::expected<std::shared_ptr<const Table>, std::string> Table::Adopt(
    std::unique_ptr<Storage> storage) {
  const std::span<const std::byte> octets = storage->octets();
  TableHeader header;
  if (octets.size() < sizeof header)
    return std::unexpected("this is no Weir table: it is too short");
  std::memcpy(&header, octets.data(), sizeof header);
  if (header.magic != kTableMagic) return std::unexpected("this is no Weir table");
  if (header.version != kFormatVersion) {
    return std::unexpected("the table is of format version " + std::to_string(header.version) +
                           ", this program reads version " + std::to_string(kFormatVersion) +
                           (header.version < kFormatVersion ? ": compile the policy again"
                                                            : ": a newer weir wrote it"));
  }
  if (header.size != octets.size()) {
    return std::unexpected("the table says it has " + std::to_string(header.size) +
                           " octets, there are " + std::to_string(octets.size()));
  }
  if (header.size % 8 != 0) return std::unexpected("the table ends within a word");
  if (header.checksum != TableChecksum(octets)) {
    return std::unexpected("the table is damaged: its checksum is wrong");
  }
  std::shared_ptr<Table> table(new Table);
  table->source_hash_ = header.source_hash;
  std::string wrong = ReadDirectory(octets, header.section_count, table->sections_);
  if (wrong.empty()) wrong = CheckRecords(*table);
  if (wrong.empty()) wrong = CheckIndex(*table);
  if (!wrong.empty()) return std::unexpected(wrong);
  table->storage_ = std::move(storage);
  return table;
}

std::expected<std::shared_ptr<const Table>, std::string> Table::LoadOctets(std::string octets) {
  if (octets.size() > kMaxTableOctets) return std::unexpected("the table is larger than 1 GiB");
  auto storage = std::make_unique<Storage>();
  char* const data = storage->Allocate(octets.size());
  if (!data) return std::unexpected("there is no memory for the table");
  std::memcpy(data, octets.data(), octets.size());
  return Adopt(std::move(storage));
}

std::expected<std::shared_ptr<const Table>, std::string> Table::LoadFile(const std::string& path) {
  struct Closer {
    int fd;
    ~Closer() {
      if (fd >= 0) close(fd);
    }
  };
  const Closer file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) return std::unexpected(SystemError(path));
  struct stat status;
  if (fstat(file.fd, &status) != 0) return std::unexpected(SystemError(path));
  if (!S_ISREG(status.st_mode)) return std::unexpected(path + ": is not a regular file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > kMaxTableOctets) return std::unexpected(path + ": the table is larger than 1 GiB");
  auto storage = std::make_unique<Storage>();
  if (size > kMapAbove) {
    if (!storage->Map(file.fd, size)) return std::unexpected(SystemError(path));
  } else {
    char* const data = storage->Allocate(size);
    if (!data) return std::unexpected(path + ": there is no memory for the table");
    for (std::size_t got = 0; got < size;) {
      const ssize_t count = read(file.fd, data + got, size - got);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return std::unexpected(SystemError(path));
      if (count == 0) return std::unexpected(path + ": the file became shorter while it was read");
      got += static_cast<std::size_t>(count);
    }
  }
  auto table = Adopt(std::move(storage));
  if (!table) return std::unexpected(path + ": " + table.error());
  return table;
}

}  // namespace weir::runtime
