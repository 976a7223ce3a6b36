// What a loader must withstand. Every change of one octet is tried, with the
// checksum as it was and with the checksum repaired; what still loads is used.
#include "runtime/table/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "compiler/lower/lower.h"
#include "runtime/table/format.h"
#include "runtime/table/writer.h"
#include "tests/support/sample/decide.h"
#include "tests/support/sample/sample_policy.h"

namespace weir::runtime {
namespace {

const std::string& SampleOctets() {
  static const std::string octets = compiler::Lower(tests::SamplePolicy(), nullptr, 0).value();
  return octets;
}

std::string WrongWith(const std::string& octets) {
  const auto table = Table::LoadOctets(octets);
  return table ? "" : table.error();
}

struct Entry : SectionHeader {
  std::size_t place = 0;  // of the entry, from the beginning of the file
};

std::map<std::string, Entry> DirectoryOf(const std::string& octets) {
  TableHeader header;
  std::memcpy(&header, octets.data(), sizeof header);
  std::map<std::string, Entry> directory;
  for (std::size_t i = 0; i < header.section_count; ++i) {
    Entry entry;
    entry.place = sizeof header + i * sizeof(SectionHeader);
    std::memcpy(static_cast<SectionHeader*>(&entry), octets.data() + entry.place,
                sizeof(SectionHeader));
    directory[std::string(SectionName(entry))] = entry;
  }
  return directory;
}

// What is wrong once the sample's entry of `section` is changed.
std::string WrongEntry(const std::string& section, auto change) {
  std::string octets = SampleOctets();
  const std::size_t place = DirectoryOf(octets).at(section).place;
  SectionHeader entry;
  std::memcpy(&entry, octets.data() + place, sizeof entry);
  change(entry);
  std::memcpy(octets.data() + place, &entry, sizeof entry);
  RepairChecksum(octets);
  return WrongWith(octets);
}

// The rows of FORMAT.md that stand for the sections.
std::string SectionRows() {
  std::string rows;
  for (const std::uint32_t tag : kSectionsByName) {
    const SectionShape& shape = kSectionShapes[tag];
    rows += "| `" + std::string(shape.name) + "` | `" + std::string(shape.record) + "` | " +
            std::to_string(shape.record_size) + " | " + std::to_string(shape.version) + " |\n";
  }
  return rows;
}

// Uses a table in every way there is; it must come back.
void Use(std::shared_ptr<const Table> table) {
  tests::Proxy proxy(std::move(table));
  const std::string_view claims_list[] = {"read"};
  const ClaimValue claims[] = {{.kind = ClaimValue::Kind::kString, .string = "u1"},
                               {},
                               {},
                               {},
                               {.kind = ClaimValue::Kind::kList, .list = claims_list}};
  proxy.identity = {.kind = Identity::Kind::kVerified, .jwt_verified = true, .claims = claims};
  for (const char* target :
       {"/users/7?from=x", "/users/7/a/b", "/partner/?q=/v1/", "/v1/x", "/old/9"}) {
    for (const char* method : {"GET", "OPTIONS", "PURGE"}) {
      proxy.Send({method,
                  target,
                  {{"Host", "a.api.example"},
                   {"Origin", "https://x.app.example"},
                   {"Access-Control-Request-Method", "GET"},
                   {"X-Kind", "b"}},
                  "127.0.0.1"});
    }
  }
}

TEST(Table, LoadsWhatWasLowered) {
  const auto table = Table::LoadOctets(SampleOctets());
  ASSERT_TRUE(table) << table.error();
  EXPECT_EQ((*table)->text((*table)->gateway().name), "edge");
  EXPECT_EQ((*table)->routes().size(), 4u);
  EXPECT_EQ((*table)->text((*table)->routes()[0].name), "users");
  EXPECT_EQ((*table)->services().size(), 2u);
  Use(*table);
}

TEST(Table, LoweringIsDeterministic) {
  EXPECT_EQ(compiler::Lower(tests::SamplePolicy(), nullptr, 0).value(), SampleOctets());
}

TEST(Table, SaysPlainlyWhatIsWrong) {
  std::string other = SampleOctets();
  other[8] = 2;
  EXPECT_EQ(WrongWith(other),
            "the table is of format version 2, this program reads version 3: "
            "compile the policy again");
  other[8] = 4;
  EXPECT_EQ(WrongWith(other),
            "the table is of format version 4, this program reads version 3: "
            "a newer weir wrote it");
  EXPECT_EQ(WrongWith("#!/bin/sh\n"), "this is no Weir table: it is too short");
  EXPECT_EQ(WrongWith(std::string(4096, 'x')), "this is no Weir table");
  std::string damaged = SampleOctets();
  damaged.back() ^= 1;
  EXPECT_EQ(WrongWith(damaged), "the table is damaged: its checksum is wrong");
  EXPECT_EQ(Table::LoadFile("/").error(), "/: is not a regular file");
  EXPECT_EQ(Table::LoadFile("/nowhere/x").error(), "/nowhere/x: No such file or directory");
}

TEST(Table, ASectionThatItDoesNotKnowIsRefusedByName) {
  for (const char* unknown : {"tunnels", "routes2", "", "sixteen_letters_"}) {
    EXPECT_EQ(
        WrongEntry("routes",
                   [&](SectionHeader& entry) {
                     entry.name = {};
                     std::ranges::copy(std::string_view(unknown), entry.name.begin());
                   }),
        "the table has a section '" + std::string(unknown) + "', which this program does not know");
  }
  const auto line_end = [](SectionHeader& entry) { entry.name = {'a', '\n', 'b', '\xff', 'c'}; };
  EXPECT_EQ(WrongEntry("routes", line_end),
            "the table has a section 'a?b?c', which this program does not know");
  const auto behind = [](SectionHeader& entry) { entry.name[15] = 'x'; };
  EXPECT_EQ(WrongEntry("routes", behind), "section routes has octets behind its name");
}

// A section that later programs write, behind and between those of today.
TEST(Table, ASectionOfALaterProgramIsRefusedByName) {
  for (const char* unknown : {"aaa", "metrics", "zzz"}) {
    std::string octets = SampleOctets();
    auto directory = DirectoryOf(octets);
    SectionHeader added = directory.begin()->second;
    added.name = {};
    std::ranges::copy(std::string_view(unknown), added.name.begin());
    const auto behind = directory.lower_bound(unknown);
    const std::size_t place = behind == directory.end()
                                  ? sizeof(TableHeader) + directory.size() * sizeof added
                                  : behind->second.place;
    octets.insert(place, reinterpret_cast<const char*>(&added), sizeof added);
    for (std::size_t i = 0; i <= directory.size(); ++i) {
      char* const entry = octets.data() + sizeof(TableHeader) + i * sizeof added;
      std::memcpy(&added, entry, sizeof added);
      added.offset += sizeof added;
      std::memcpy(entry, &added, sizeof added);
    }
    TableHeader header;
    std::memcpy(&header, octets.data(), sizeof header);
    header.size = octets.size();
    ++header.section_count;
    std::memcpy(octets.data(), &header, sizeof header);
    RepairChecksum(octets);
    EXPECT_EQ(WrongWith(octets), "the table has a section '" + std::string(unknown) +
                                     "', which this program does not know");
  }
}

TEST(Table, ASectionOfAnotherVersionOrSizeIsRefusedByName) {
  for (const auto& [name, entry] : DirectoryOf(SampleOctets())) {
    EXPECT_EQ(WrongEntry(name, [](SectionHeader& changed) { ++changed.version; }),
              "section " + name + " is of version " + std::to_string(entry.version + 1) +
                  ", this program reads version " + std::to_string(entry.version));
    const std::string size = std::to_string(entry.record_size);
    EXPECT_EQ(
        WrongEntry(name, [](SectionHeader& changed) { changed.record_size = 0; }),
        "section " + name + " has records of 0 octets, this program reads records of " + size);
    EXPECT_EQ(WrongEntry(name, [](SectionHeader& changed) { changed.size = 0; }),
              "section " + name + " is empty: then it is left out");
    EXPECT_EQ(WrongEntry(name, [](SectionHeader& changed) { changed.offset += 8; }),
              "section " + name + " lies outside of the table");
  }
}

TEST(Table, SectionsStandOnceAndInTheirOrder) {
  const auto name_of = [](const char* name) {
    return [name](SectionHeader& entry) {
      entry.name = {};
      std::ranges::copy(std::string_view(name), entry.name.begin());
    };
  };
  EXPECT_EQ(WrongEntry("rules", name_of("routes")), "section routes is not where it belongs");
  EXPECT_EQ(WrongEntry("routes", name_of("calls")), "section calls is not where it belongs");
}

TEST(Table, ASectionWithoutRecordsIsLeftOut) {
  const auto table = Table::LoadOctets(SampleOctets());
  ASSERT_TRUE(table) << table.error();
  const auto directory = DirectoryOf(SampleOctets());
#define WEIR_EXPECT_LEFT_OUT(tag, name, type, version) \
  EXPECT_EQ((*table)->name().empty(), !directory.contains(#name)) << #name;
  WEIR_TABLE_SECTIONS(WEIR_EXPECT_LEFT_OUT)
#undef WEIR_EXPECT_LEFT_OUT
  EXPECT_LT(directory.size(), kSectionCount);
}

TEST(Table, ItsPageListsTheSections) {
  const std::string path = WEIR_SOURCE_DIR "/runtime/table/FORMAT.md";
  std::ifstream in(path);
  std::string page{std::istreambuf_iterator<char>(in), {}};
  const std::string head = "| section | record | size | version |\n|---|---|---|---|\n";
  const std::size_t begin = page.find(head);
  ASSERT_NE(begin, std::string::npos);
  const std::size_t rows = begin + head.size();
  const std::size_t end = page.find("\n\n", rows - 1);
  ASSERT_NE(end, std::string::npos);
  if (std::getenv("WEIR_WRITE_SEEDS")) {
    page.replace(rows, end + 1 - rows, SectionRows());
    std::ofstream(path) << page;
    return;
  }
  EXPECT_EQ(page.substr(rows, end + 1 - rows), SectionRows());
}

TEST(Table, EveryTruncationIsRefused) {
  for (std::size_t size = 0; size < SampleOctets().size(); ++size) {
    std::string cut = SampleOctets().substr(0, size);
    ASSERT_NE(WrongWith(cut), "") << size;
    if (size < sizeof(TableHeader)) continue;
    const std::uint64_t claimed = size;
    std::memcpy(cut.data() + offsetof(TableHeader, size), &claimed, 8);
    RepairChecksum(cut);
    ASSERT_NE(WrongWith(cut), "") << size << " octets, which the head admits";
  }
}

TEST(Table, EveryChangedOctetIsRefused) {
  std::string octets = SampleOctets();
  for (char& octet : octets) {
    octet ^= 0x10;
    ASSERT_NE(WrongWith(octets), "") << &octet - octets.data();
    octet ^= 0x10;
  }
}

TEST(Table, EveryChangeThatPassesTheChecksIsSafe) {
  std::string octets = SampleOctets();
  std::size_t loaded = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    for (const char change : {'\x01', '\x80', '\xff'}) {
      octets[i] ^= change;
      RepairChecksum(octets);
      if (const auto table = Table::LoadOctets(octets)) {
        ++loaded;
        Use(*table);
      }
      octets[i] ^= change;
    }
  }
  EXPECT_GT(loaded, 100u);  // texts, counts, durations
}

TEST(Table, RefusesExpressionsThatShareChildren) {
  TableWriter writer;
  writer.gateway_section.emplace_back().listeners = {0, 1};
  writer.listeners.emplace_back();
  writer.expressions.emplace_back();
  ExpressionRecord negation;
  negation.kind = ExpressionKind::kNot;
  negation.children = {0, 1};
  writer.expressions = {ExpressionRecord{}, negation};
  EXPECT_EQ(WrongWith(writer.Finish({}).value()), "");
  writer.index_words.clear();
  writer.expressions.push_back(negation);
  EXPECT_EQ(WrongWith(writer.Finish({}).value()),
            "record 2 of expressions: an expression has two parents");
  writer.index_words.clear();
  writer.expressions = {negation};
  EXPECT_EQ(WrongWith(writer.Finish({}).value()),
            "record 0 of expressions: a child lies behind its parent");
}

// What the language does not let pass, a table by hand may hold: timers of 0 would
// keep the main loop busy for ever.
TEST(Table, RefusesIntervalsOfZeroWhereTheyAreUsed) {
  TableWriter writer;
  writer.gateway_section.emplace_back().listeners = {0, 1};
  writer.listeners.emplace_back();
  writer.services.emplace_back();  // neither checked nor ejected: 0 is nothing
  const auto wrong = [&](std::int64_t ServiceRecord::* zero) {
    ServiceRecord& service = writer.services[0];
    service.check_every = service.check_timeout = service.eject_every = service.eject_base = 1;
    if (zero != nullptr) service.*zero = 0;
    writer.index_words.clear();
    return WrongWith(writer.Finish({}).value());
  };
  EXPECT_EQ(wrong(&ServiceRecord::check_every), "");
  EXPECT_EQ(wrong(&ServiceRecord::eject_base), "");
  const std::string refused = "record 0 of services: an interval is not above 0";
  writer.services[0].check = CheckKind::kTcp;
  EXPECT_EQ(wrong(nullptr), "");
  EXPECT_EQ(wrong(&ServiceRecord::check_every), refused);
  EXPECT_EQ(wrong(&ServiceRecord::check_timeout), refused);
  EXPECT_EQ(wrong(&ServiceRecord::eject_every), "");
  writer.services[0].check = CheckKind::kOff;
  writer.services[0].has_ejection = 1;
  EXPECT_EQ(wrong(nullptr), "");
  EXPECT_EQ(wrong(&ServiceRecord::eject_every), refused);
  EXPECT_EQ(wrong(&ServiceRecord::eject_base), refused);
  EXPECT_EQ(wrong(&ServiceRecord::check_every), "");
}

// The index is what decides, the rows are what is shown: they must agree.
TEST(Table, RefusesAnIndexThatIsNotThatOfItsRoutes) {
  syntax::Policy policy = tests::EmptyPolicy();
  for (const char* path : {"/a", "/b"}) {
    syntax::Route route = tests::Answering(path);
    route.match.paths = {tests::Path(path)};
    policy.gateways[0].routes.push_back(route);
  }
  const std::string octets = compiler::Lower(policy, nullptr, 0).value();
  std::swap(policy.gateways[0].routes[0].match, policy.gateways[0].routes[1].match);
  const std::string swapped = compiler::Lower(policy, nullptr, 0).value();
  ASSERT_EQ(octets.size(), swapped.size());
  const SectionHeader index = DirectoryOf(octets).at("index_words");
  std::string mixed = octets;
  mixed.replace(index.offset, index.size, swapped, index.offset, index.size);
  RepairChecksum(mixed);
  EXPECT_EQ(WrongWith(mixed), "the index and the routes do not say the same");
}

// fuzz/corpus/table_file starts from this table: after a change of the format
// WEIR_WRITE_SEEDS=1 writes it anew.
TEST(Table, TheFuzzersSeedIsOfThisFormat) {
  const std::string path = WEIR_SOURCE_DIR "/fuzz/corpus/table_file/sample";
  if (std::getenv("WEIR_WRITE_SEEDS")) {
    std::ofstream(path, std::ios::binary) << SampleOctets();
  }
  std::ifstream in(path, std::ios::binary);
  const std::string seed{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(WrongWith(seed), "");
}

}  // namespace
}  // namespace weir::runtime
