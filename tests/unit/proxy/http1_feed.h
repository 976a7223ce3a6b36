// Feeds octets to a parser whole, octet by octet, and cut in two at every
// place, each time from a buffer that moves, and insists on one outcome.
#ifndef WEIR_TESTS_UNIT_PROXY_HTTP1_FEED_H_
#define WEIR_TESTS_UNIT_PROXY_HTTP1_FEED_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::proxy::http1 {

// A printable form of octets, for failure messages.
inline std::string Shown(std::string_view octets) {
  std::string out;
  for (char c : octets) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '\r')
      out += "\\r";
    else if (c == '\n')
      out += "\\n";
    else if (u < 0x20 || u > 0x7e)
      out += "\\x" + std::string(1, "0123456789abcdef"[u >> 4]) + "0123456789abcdef"[u & 15];
    else
      out += c;
  }
  return out.size() > 300 ? out.substr(0, 300) + "..." : out;
}

// `feed(cuts)` gives the outcome for the octets cut before each of `cuts`.
inline std::string OneOutcome(
    std::string_view octets,
    const std::function<std::string(const std::vector<std::size_t>&)>& feed) {
  const std::string whole = feed({});
  std::vector<std::size_t> every;
  for (std::size_t i = 1; i < octets.size(); ++i) every.push_back(i);
  EXPECT_EQ(feed(every), whole) << "octet by octet: " << Shown(octets);
  const std::size_t step = octets.size() < 400 ? 1 : octets.size() / 40;
  for (std::size_t i = 1; i < octets.size(); i += step) {
    EXPECT_EQ(feed({i}), whole) << "cut at " << i << ": " << Shown(octets);
  }
  return whole;
}

}  // namespace weir::proxy::http1

#endif  // WEIR_TESTS_UNIT_PROXY_HTTP1_FEED_H_
