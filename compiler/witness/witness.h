// A concrete request that shows a finding, and what it was found to do.
//
// Before a witness is shown to anyone it is replayed on the reference model and
// on the shipped evaluator (compiler/witness/replay.h); both must agree with what the finding says.
#ifndef WEIR_COMPILER_WITNESS_WITNESS_H_
#define WEIR_COMPILER_WITNESS_WITNESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spec/syntax/gateway.h"
#include "spec/syntax/statement.h"
#include "spec/syntax/value.h"

namespace weir::compiler {

// Where a witness comes from when any address does; for documentation (RFC 5737).
inline constexpr syntax::Address kSomeAddress{
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 7}};

// Whose certificate it comes with where one is wanted and nobody reads whose.
inline constexpr const char* kSomePeer = "spiffe://example/client";

struct Witness {
  std::string method = "GET";
  std::string scheme = "http";
  std::string host = "example.com";
  std::string path = "/";                                    // canonical
  std::vector<std::pair<std::string, std::string>> query;    // decoded; written percent-encoded
  std::vector<std::pair<std::string, std::string>> headers;  // lower-case names
  std::optional<syntax::Address> client;                     // none: any address does
  // The trusted proxy that passes it on, for a request that none but a proxy can send.
  std::optional<syntax::Address> proxy;
  std::optional<std::string> peer;
  std::optional<std::string> consumer;
  bool jwt = false;
  std::vector<std::pair<std::string, syntax::ClaimValue>> claims;
  std::uint32_t listener = 0;  // place in the gateway's
  // That listener's address; none: the gateway has none, as in tests.
  std::optional<syntax::SocketAddress> address;
  bool one_of_several = false;  // the gateway has other listeners: the URL names its port
  // Headers and query parameters that hold a good credential. They are replayed with
  // a text that stands for it, and never shown.
  std::vector<std::string> hidden_headers, hidden_query;
};

// It comes in by this one of the gateway's listeners: over its scheme, at its address, and
// with a certificate only where one may be, and always where one is demanded.
void ComeInBy(Witness& witness, const std::vector<syntax::Listener>& listeners,
              std::uint32_t place);

// Whether some header is one that a trusted proxy alone may send (CANON-18).
bool NeedsAProxy(const Witness& witness);

// "/path?query", the query percent-encoded; as it is replayed.
std::string Target(const Witness& witness);
// "example.com:8080", the port where the gateway has several listeners.
std::string Authority(const Witness& witness);
// "https://host/path?query", as it is shown.
std::string Url(const Witness& witness);
// The headers that are shown.
std::vector<std::pair<std::string, std::string>> ShownHeaders(const Witness& witness);
// "127.0.0.1:8080", or "[::1]:8080".
std::string AddressText(const syntax::SocketAddress& address);
// A command line that sends it (claims become a comment, as no token can be made).
std::string Curl(const Witness& witness);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_WITNESS_WITNESS_H_
