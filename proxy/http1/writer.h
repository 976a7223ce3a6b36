// Writes HTTP/1.1 messages. The writer alone decides the framing fields: those
// that frame or manage a connection (Content-Length, Transfer-Encoding, Trailer,
// TE, Connection, Keep-Alive, Proxy-Connection, Upgrade, Expect) are left out of
// the fields it is given, and so is Host, which it takes apart.
//
// It never writes an octet that could end a line early: a head that holds one
// (a claim set as a header may) is refused, and nothing is appended.
#ifndef WEIR_PROXY_HTTP1_WRITER_H_
#define WEIR_PROXY_HTTP1_WRITER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proxy/http1/head.h"
#include "runtime/request/request.h"

namespace weir::proxy::http1 {

// Appends the head of a request in origin form; false when a part of it cannot
// be written. kNone writes no framing field.
[[nodiscard]] bool WriteRequestHead(std::string_view method, std::string_view path, bool has_query,
                                    std::string_view query, std::string_view host,
                                    std::span<const runtime::Field> fields, const Framing& framing,
                                    std::string& out);

// Appends the head of a response; false as above. `close` adds `connection:
// close`, as does kUntilClose. kNone writes no framing field: it is for answers
// that have no body (to HEAD, 1xx, 204, 304); an empty body is kLength 0. An
// answer to HEAD may announce the length that GET would have had.
[[nodiscard]] bool WriteResponseHead(std::uint16_t status, std::span<const runtime::Field> fields,
                                     const Framing& framing, bool close, std::string& out);

// What stands before the data of a chunk: "1f4" CR LF.
class ChunkStart {
 public:
  explicit ChunkStart(std::size_t size);
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 24> text_;
  std::size_t size_;
};

// One chunk (nothing for empty data) in pieces, the data as it lies.
template <class Append>
void WriteChunk(std::string_view data, const Append& append) {
  if (data.empty()) return;
  append(ChunkStart(data.size()).view());
  append(data);
  append(std::string_view("\r\n"));
}

// Appends the last chunk, with trailers; those that cannot be written are left out.
void WriteLastChunk(std::span<const runtime::Field> trailers, std::string& out);

// "OK" for 200; empty for a status that has no name.
std::string_view StatusPhrase(std::uint16_t status);

}  // namespace weir::proxy::http1

#endif  // WEIR_PROXY_HTTP1_WRITER_H_
