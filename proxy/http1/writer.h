// Writes HTTP/1.1 messages. The writer alone decides the framing fields:
// Content-Length, Transfer-Encoding, Connection, Trailer and Expect among the
// fields it is given are left out (asserted in debug builds for requests).
#ifndef WEIR_PROXY_HTTP1_WRITER_H_
#define WEIR_PROXY_HTTP1_WRITER_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proxy/http1/head.h"
#include "runtime/request/request.h"

namespace weir::proxy::http1 {

// Appends the head of a request in origin form.
void WriteRequestHead(std::string_view method, std::string_view path, bool has_query,
                      std::string_view query, std::string_view host,
                      std::span<const runtime::Field> fields, const Framing& framing,
                      std::string& out);

// Appends the head of a response. `close` adds `connection: close`.
void WriteResponseHead(std::uint16_t status, std::span<const runtime::Field> fields,
                       const Framing& framing, bool close, std::string& out);

// Appends one chunk (nothing for empty data), or the last chunk with trailers.
void WriteChunk(std::string_view data, std::string& out);
void WriteLastChunk(std::span<const runtime::Field> trailers, std::string& out);

}  // namespace weir::proxy::http1

#endif  // WEIR_PROXY_HTTP1_WRITER_H_
