#include "proxy/http1/writer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstring>

#include "proxy/http1/body.h"
#include "runtime/base/ascii.h"
#include "runtime/base/field_classes.h"

namespace weir::proxy::http1 {
namespace {

std::size_t SizeOf(std::span<const runtime::Field> fields) {
  std::size_t size = 0;
  for (const runtime::Field& field : fields) size += field.name.size() + field.value.size() + 4;
  return size;
}

char* Put(std::string_view text, char* at) {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

// `size`: of them all. False, and some of them appended, where one cannot be written.
bool AppendFields(std::span<const runtime::Field> fields, std::size_t size, std::string& out) {
  const std::size_t start = out.size();
  bool good = true;
  out.resize_and_overwrite(start + size, [&](char* text, std::size_t) {
    char* at = text + start;
    for (const runtime::Field& field : fields) {
      if (IsWrittenByTheProxy(field.name)) continue;
      good = IsToken(field.name) && IsFieldText(field.value);
      if (!good) break;
      at = Put(field.name, at);
      at = Put(": ", at);
      at = Put(field.value, at);
      at = Put("\r\n", at);
    }
    return static_cast<std::size_t>(at - text);
  });
  return good;
}

void AppendNumber(std::uint64_t number, std::string& out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void AppendFraming(const Framing& framing, std::string& out) {
  if (framing.kind == Framing::Kind::kChunked) out.append("transfer-encoding: chunked\r\n");
  if (framing.kind != Framing::Kind::kLength) return;
  out.append("content-length: ");
  AppendNumber(framing.length, out);
  out.append("\r\n");
}

}  // namespace

bool WriteRequestHead(std::string_view method, std::string_view path, bool has_query,
                      std::string_view query, std::string_view host,
                      std::span<const runtime::Field> fields, const Framing& framing,
                      std::string& out) {
  assert(framing.kind != Framing::Kind::kUntilClose);
  const std::size_t start = out.size();
  if (!IsToken(method) || !path.starts_with('/') || !IsTargetText(path) ||
      path.find_first_of("?#") != std::string_view::npos ||
      (!host.empty() && !IsTargetText(host))) {
    return false;
  }
  if (has_query && !query.empty() &&
      (!IsTargetText(query) || query.find('#') != std::string_view::npos)) {
    return false;
  }
  const std::size_t size = SizeOf(fields);
  const std::size_t needed = method.size() + path.size() + query.size() + host.size() + size + 96;
  if (out.capacity() - start < needed) out.reserve(std::max(2 * out.capacity(), start + needed));
  out.append(method).append(" ").append(path);
  if (has_query) out.append("?").append(query);
  out.append(" HTTP/1.1\r\nhost: ").append(host).append("\r\n");
  if (!AppendFields(fields, size, out)) {
    out.resize(start);
    return false;
  }
  AppendFraming(framing, out);
  out.append("\r\n");
  return true;
}

bool WriteResponseHead(std::uint16_t status, std::span<const runtime::Field> fields,
                       const Framing& framing, bool close, std::string& out) {
  const std::size_t start = out.size();
  if (status < 100 || status > 599 || status == 101) return false;
  const std::size_t size = SizeOf(fields);
  const std::size_t needed = size + 128;
  if (out.capacity() - start < needed) out.reserve(std::max(2 * out.capacity(), start + needed));
  out.append("HTTP/1.1 ");
  AppendNumber(status, out);
  out.append(" ").append(StatusPhrase(status)).append("\r\n");
  if (!AppendFields(fields, size, out)) {
    out.resize(start);
    return false;
  }
  const bool interim_or_204 = status < 200 || status == 204;
  if (!interim_or_204) AppendFraming(framing, out);
  if (close || framing.kind == Framing::Kind::kUntilClose) out.append("connection: close\r\n");
  out.append("\r\n");
  return true;
}

ChunkStart::ChunkStart(std::size_t size) {
  char* end = std::to_chars(text_.data(), text_.data() + text_.size() - 2, size, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  size_ = static_cast<std::size_t>(end - text_.data());
}

void WriteLastChunk(std::span<const runtime::Field> trailers, std::string& out) {
  out.append("0\r\n");
  for (const runtime::Field& field : trailers) {
    if (MayStandInTrailer(field.name)) {
      const std::size_t start = out.size();
      if (!AppendFields({&field, 1}, SizeOf({&field, 1}), out)) out.resize(start);
    }
  }
  out.append("\r\n");
}

std::string_view StatusPhrase(std::uint16_t status) {
  switch (status) {
    case 100:
      return "Continue";
    case 103:
      return "Early Hints";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 508:
      return "Loop Detected";
    default:
      return "";
  }
}

}  // namespace weir::proxy::http1
