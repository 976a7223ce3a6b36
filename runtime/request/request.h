// Views of one request, before and after canonicalisation. Nothing here owns
// memory: views point into the connection's buffer, the Canonicaliser's scratch
// space or the table, and live until the exchange ends.
#ifndef WEIR_RUNTIME_REQUEST_REQUEST_H_
#define WEIR_RUNTIME_REQUEST_REQUEST_H_

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/request/reason.h"

namespace weir::runtime {

// 16 octets in network order, IPv4 as IPv4-mapped.
struct Address {
  std::array<std::uint8_t, 16> octets{};
  friend auto operator<=>(const Address&, const Address&) = default;
};

struct Field {
  std::string_view name;
  std::string_view value;
};

// A request head as the protocol parser gives it: octets checked, nothing decided.
struct RawRequest {
  std::string_view method;
  std::string_view target;           // as on the request line
  std::string_view scheme = "http";  // of the listener
  int minor_version = 1;             // of HTTP/1
  std::span<const Field> fields;     // every line in order, names as received, Host included
};

// What the connection says of the client.
struct ConnectionFacts {
  Address peer_address;
  std::uint16_t peer_port = 0;
  std::uint32_t listener = 0;  // place in the table's listeners
  std::uint16_t listener_port = 0;
  std::string_view peer_identity;  // SPIFFE id from mTLS; empty: none
  // What this deployment is called in Via (CANON-19); empty: it writes none, and sees no loop.
  std::string_view via;
  std::uint32_t loops_allowed = 0;
};

// A header of the canonical request: the lines of one name combined with ", ".
struct Header {
  std::string_view name;   // lower case
  std::string_view value;  // no white space at either end
  std::uint32_t lines = 1;
};

// The one view of the request on which every decision is made, and which is
// what the upstream gets (spec/rules/canonical.md).
struct CanonicalRequest {
  std::string_view method;
  std::string_view scheme;
  std::string_view host;       // lower case, without port; empty: HTTP/1.0 without Host
  std::string_view authority;  // host with the port as received
  std::string_view path;
  std::string_view query;  // without '?'
  bool has_query = false;
  std::span<const Header> headers;  // host and hop-by-hop fields are not among them
  Address client;
  Address peer_address;       // of the connection
  bool peer_trusted = false;  // it is one of the trusted proxies
  std::uint16_t listener_port = 0;
  std::uint32_t listener = 0;
  std::string_view peer;  // empty: none
  std::string_view via;   // what we are called; empty: not said
  int minor_version = 1;  // 0 or 1

  // The header of this (lower-case) name, or null. Linear in the headers.
  const Header* Find(std::string_view name) const {
    for (const Header& header : headers) {
      if (header.name == name) return &header;
    }
    return nullptr;
  }
};

// Why a request is answered before anything is decided.
struct Refusal {
  std::uint16_t status = 400;
  Reason reason = Reason::kBadRequest;
  const char* detail = "";  // a sentence for the log; never from the client's bytes
  bool close = true;        // the connection cannot be used further
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_REQUEST_H_
