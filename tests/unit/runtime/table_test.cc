// What a loader must withstand. Every change of one octet is tried, with the
// checksum as it was and with the checksum repaired; what still loads is used.
#include "runtime/table/table.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
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
  other[8] = 1;
  EXPECT_EQ(WrongWith(other), "the table is of format version 1, this program reads version 2");
  EXPECT_EQ(WrongWith("#!/bin/sh\n"), "this is no Weir table: it is too short");
  EXPECT_EQ(WrongWith(std::string(4096, 'x')), "this is no Weir table");
  std::string damaged = SampleOctets();
  damaged.back() ^= 1;
  EXPECT_EQ(WrongWith(damaged), "the table is damaged: its checksum is wrong");
  EXPECT_EQ(Table::LoadFile("/").error(), "/: is not a regular file");
  EXPECT_EQ(Table::LoadFile("/nowhere/x").error(), "/nowhere/x: No such file or directory");
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
  // The same sections but for the index, which comes last.
  SectionHeader index;
  const std::size_t place = sizeof(TableHeader) + (TableView::kSectionCount - 1) * sizeof index;
  std::memcpy(&index, octets.data() + place, sizeof index);
  std::string mixed = octets.substr(0, index.offset) + swapped.substr(index.offset);
  ASSERT_EQ(mixed.size(), octets.size());
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
