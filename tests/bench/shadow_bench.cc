// How long it takes to decide every route of a table: alive, or dead with its
// minimal blockers and a request that shows it.
//
//   weir-shadow-bench [SIZE...]      sizes 100 to 50000 unless told; 5 seeds each
//
// The tables: 70 % exact paths and prefixes, 20 % templates, 5 % regular
// expressions, the rest with hosts, methods, headers, queries and networks; a
// fifth planted dead, by unions of 2 to 8 earlier routes.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "compiler/automata/path_regex.h"
#include "compiler/shadow/engine.h"

namespace {

using weir::compiler::RouteVerdict;
using weir::compiler::ShadowEngine;
using weir::syntax::FieldMatch;
using weir::syntax::Gateway;
using weir::syntax::HostPattern;
using weir::syntax::Match;
using weir::syntax::PathPattern;
using weir::syntax::PathSegment;

class Tables {
 public:
  explicit Tables(unsigned seed) : random_(seed) {}

  Gateway Make(std::size_t size) {
    Gateway gateway;
    gateway.listeners.emplace_back();
    services_ = static_cast<int>(size / 40 + 4);
    while (gateway.routes.size() < size) {
      if (size - gateway.routes.size() > 9 && Percent(8)) {
        Planted(gateway);
      } else {
        Add(gateway, Ordinary(), 200);
      }
    }
    return gateway;
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool Percent(int n) { return Below(100) < n; }
  std::string Name(const char* stem, int n) { return stem + std::to_string(Below(n)); }

  void Add(Gateway& gateway, Match match, std::uint16_t status) {
    auto& route = gateway.routes.emplace_back();
    route.name = "r" + std::to_string(gateway.routes.size());
    route.match = std::move(match);
    route.action = weir::syntax::Response{.status = status};
  }

  static PathSegment Literal(std::string text) {
    return {PathSegment::Kind::kLiteral, std::move(text), ""};
  }

  PathPattern Path() {
    PathPattern path;
    path.segments = {Literal(Name("service", services_)), Literal(Name("v", 4)),
                     Literal(Name("resource", 60))};
    const int kind = Below(95);
    if (kind < 45) {
      path.segments.push_back(Literal(Name("item", 200)));
    } else if (kind < 70) {
      path.segments.push_back(Literal(Name("group", 40)));
      path.rest = true;
    } else if (kind < 90) {
      path.segments.push_back({PathSegment::Kind::kWildcard, "", "id"});
      path.segments.push_back(Literal(Name("part", 60)));
    } else {
      namespace c = weir::compiler;
      std::bitset<256> digits;
      for (char digit = '0'; digit <= '9'; ++digit) digits.set(static_cast<unsigned char>(digit));
      std::string beginning;
      for (const auto& segment : path.segments) beginning += "/" + segment.literal;
      path.kind = PathPattern::Kind::kRegex;
      path.segments.clear();
      const std::string tail = Name("/part", 60);
      path.regex.text = beginning + "/[0-9]+" + tail;
      path.regex.root =
          c::RegexConcat({c::RegexText(beginning + "/"), c::RegexRepeat(c::RegexSet(digits), 1, -1),
                          c::RegexText(tail)});
    }
    return path;
  }

  Match Ordinary() {
    Match match;
    match.paths = {Path()};
    if (Percent(60)) match.hosts = {{HostPattern::Kind::kExact, Name("api", 6) + ".example.com"}};
    if (Percent(5)) match.hosts = {{HostPattern::Kind::kSuffix, "example.com"}};
    for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
      if (Percent(12)) match.methods.emplace_back(method);
    }
    if (Percent(4)) {
      match.fields.push_back({FieldMatch::Source::kHeader,
                              Name("x-header", 5),
                              FieldMatch::Test::kOneOf,
                              Percent(20),
                              {Name("value", 9)}});
    }
    if (Percent(2)) {
      match.fields.push_back({FieldMatch::Source::kQuery,
                              Name("query", 5),
                              FieldMatch::Test::kPrefix,
                              false,
                              {Name("value", 9)}});
    }
    if (Percent(2)) match.clients = {Network(8 + 8 * Below(3))};
    return match;
  }

  weir::syntax::Network Network(int bits) {
    weir::syntax::Network network;
    network.base.octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 0};
    if (bits >= 16) network.base.octets[13] = static_cast<std::uint8_t>(Below(4));
    if (bits >= 24) network.base.octets[14] = static_cast<std::uint8_t>(Below(4));
    network.prefix = static_cast<std::uint8_t>(96 + bits);
    return network;
  }

  // Two to eight routes that split what one more matches, by method, header
  // or network; then four that they cover together.
  void Planted(Gateway& gateway) {
    Match whole = Ordinary();
    whole.methods = {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "QUERY", "TRACE"};
    const int parts = 2 + Below(3);
    for (int part = 0; part < parts; ++part) {
      Match piece = whole;
      piece.methods.clear();
      for (std::size_t m = static_cast<std::size_t>(part); m < whole.methods.size();
           m += static_cast<std::size_t>(parts)) {
        piece.methods.push_back(whole.methods[m]);
      }
      Add(gateway, std::move(piece), 200);
    }
    for (int i = 0; i < 4; ++i) {
      Match dead = whole;
      dead.methods = {whole.methods[static_cast<std::size_t>(Below(4))],
                      whole.methods[static_cast<std::size_t>(4 + Below(4))]};
      if (i == 3) dead.methods = whole.methods;
      Add(gateway, std::move(dead), i % 2 == 0 ? 403 : 200);
    }
  }

  std::mt19937 random_;
  int services_ = 4;
};

struct Run {
  double seconds = 0;
  std::size_t dead = 0, unions = 0, unknown = 0;
};

Run Measure(const Gateway& gateway) {
  Run run;
  // The processor's time: others may be at work on this machine.
  const std::clock_t start = std::clock();
  ShadowEngine engine(gateway);
  for (std::uint32_t route = 0; route < gateway.routes.size(); ++route) {
    const RouteVerdict verdict = engine.Explain(route);
    run.dead += verdict.kind == RouteVerdict::Kind::kDead;
    run.unions += verdict.blockers.size() > 1;
    run.unknown += verdict.kind == RouteVerdict::Kind::kUnknown;
  }
  run.seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return run;
}

// Of this process so far, so of the largest size yet when sizes ascend; with the
// table that is decided.
double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::size_t> sizes;
  std::map<std::size_t, double> medians;
  for (int i = 1; i < argc; ++i) sizes.push_back(std::strtoul(argv[i], nullptr, 10));
  if (sizes.empty()) sizes = {100, 1'000, 5'000, 10'000, 50'000};
  std::puts(
      "| routes | CPU seconds, median of 5 seeds | to reach | worst | peak MB | to reach | dead "
      "| by unions | unknown |");
  std::puts("|---|---|---|---|---|---|---|---|---|");
  for (const std::size_t size : sizes) {
    std::vector<Run> runs;
    for (unsigned seed = 1; seed <= 5; ++seed) runs.push_back(Measure(Tables(seed).Make(size)));
    std::ranges::sort(runs, {}, &Run::seconds);
    const Run& median = runs[2];
    medians[size] = median.seconds;
    const char* seconds = size == 5'000 ? "<= 0.25" : size == 50'000 ? "<= 3" : "";
    std::printf("| %zu | %.4f | %s | %.4f | %.0f | %s | %zu | %zu | %zu |\n", size, median.seconds,
                seconds, runs.back().seconds, PeakMegabytes(), size == 10'000 ? "<= 100" : "",
                median.dead, median.unions, median.unknown);
    std::fflush(stdout);
  }
  if (medians.contains(1'000) && medians.contains(10'000)) {
    std::printf("\n10,000 over 1,000 routes: %.1f times (to reach: <= 12)\n",
                medians[10'000] / medians[1'000]);
  }
}
