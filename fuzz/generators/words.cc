#include "fuzz/generators/words.h"

#include "spec/model/address.h"

namespace weir::fuzz {

std::string HostWord(Choices& choices) {
  return choices.Of({"api.test", "shop.test", "a.shop.test", "test", "x.y.shop.test", "[::1]"});
}

std::string SegmentWord(Choices& choices) {
  return choices.Of({"a", "b", "users", "admin", "ab", "A", "a%20b", ".a", "a;b", "a@b", "..."});
}

std::string MethodWord(Choices& choices) {
  return choices.Of({"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PURGE", "get"});
}

std::string HeaderName(Choices& choices) {
  return choices.Of({"x-a", "x-b", "x-roles", "content-type", "cookie"});
}

std::string QueryName(Choices& choices) { return choices.Of({"q", "p", "a b", ""}); }

std::string ClaimName(Choices& choices) {
  return choices.Of({"sub", "role", "level", "staff", "scope"});
}

std::string ValueWord(Choices& choices) {
  return choices.Of({"one", "two", "", "one, two", "reader", "a b", "onetwo", "u1", "7", "x"});
}

std::string PeerWord(Choices& choices) {
  return choices.Of({"spiffe://mesh/edge", "spiffe://mesh/users"});
}

std::string OriginWord(Choices& choices) {
  return choices.Of({"https://app.test", "https://app.test", "https://app.test", "https://app.test",
                     "https://a.app.test", "https://a.app.test", "https://evil.test", "null",
                     "https://app.test:8443", "http://app.test", "https://x.y.app.test",
                     "https://.app.test", "https://evil.test/.app.test"});
}

syntax::Address AddressWord(Choices& choices) {
  return *model::ParseAddress(choices.Of({"10.1.2.3", "10.1.2.4", "10.200.0.1", "192.0.2.7",
                                          "203.0.113.9", "2001:db8::1", "2001:db8:1::1", "::1"}));
}

syntax::Network NetworkWord(Choices& choices) {
  struct Named {
    const char* base;
    std::uint8_t prefix;
  };
  static const std::vector<Named> kNetworks = {
      {"10.0.0.0", 104}, {"10.1.2.3", 128},  {"10.1.2.2", 127},  {"192.0.2.0", 120},
      {"0.0.0.0", 96},   {"2001:db8::", 32}, {"2001:db8::", 48}, {"::", 0}};
  const Named& named = choices.Of(kNetworks);
  return {*model::ParseAddress(named.base), named.prefix,
          std::string(named.base) + "/" + std::to_string(named.prefix)};
}

}  // namespace weir::fuzz
