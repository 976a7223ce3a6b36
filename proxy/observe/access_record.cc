#include "proxy/observe/access_record.h"

#include <time.h>

#include <array>
#include <charconv>
#include <cstdio>

#include "runtime/base/ascii.h"
#include "runtime/base/utf8.h"

namespace weir::proxy::observe {
namespace {

bool IsPlain(unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

void AppendEscape(unsigned char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      AppendHex(static_cast<char>(c), out);
  }
}

void AppendNumber(std::uint64_t number, std::string& out) {
  std::array<char, 20> digits;
  out.append(digits.data(),
             std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

// Milliseconds with three decimals.
void AppendMilliseconds(std::int64_t ns, std::string& out) {
  const std::uint64_t us = ns <= 0 ? 0 : static_cast<std::uint64_t>(ns) / 1000;
  AppendNumber(us / 1000, out);
  const std::uint64_t rest = us % 1000;
  out.append(1, '.');
  out.append(1, static_cast<char>('0' + rest / 100));
  out.append(1, static_cast<char>('0' + rest / 10 % 10));
  out.append(1, static_cast<char>('0' + rest % 10));
}

// RFC 3339 in UTC; the date and time of a second are written once for it.
void AppendTimestamp(std::int64_t unix_ms, std::string& out) {
  thread_local std::int64_t known_second = -1;
  thread_local std::array<char, 32> known{};
  thread_local std::size_t size = 0;
  const std::int64_t second = unix_ms / 1000;
  if (second != known_second) {
    const time_t time = static_cast<time_t>(second);
    tm parts{};
    ::gmtime_r(&time, &parts);
    size = ::strftime(known.data(), known.size(), "%Y-%m-%dT%H:%M:%S.", &parts);
    known_second = second;
  }
  out.append(known.data(), size);
  const auto ms = static_cast<unsigned>(unix_ms % 1000);
  out.append(1, static_cast<char>('0' + ms / 100));
  out.append(1, static_cast<char>('0' + ms / 10 % 10));
  out.append(1, static_cast<char>('0' + ms % 10)).append("Z");
}

void Member(std::string_view name, std::string_view value, std::string& out) {
  out.append(",\"").append(name).append("\":");
  AppendJsonString(value, out);
}

void Member(std::string_view name, std::uint64_t value, std::string& out) {
  out.append(",\"").append(name).append("\":");
  AppendNumber(value, out);
}

std::string_view Level(std::uint16_t status) {
  return status >= 500 ? "error" : status >= 400 ? "warn" : "info";
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out.append(1, '"');
  for (std::size_t i = 0; i < text.size();) {
    std::size_t run = i;
    while (run < text.size() && IsPlain(static_cast<unsigned char>(text[run]))) ++run;
    out.append(text.substr(i, run - i));
    i = run;
    if (i == text.size()) break;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      AppendEscape(c, out);
      ++i;
    } else if (const std::size_t length = SequenceLength(text, i); length > 0) {
      out.append(text.substr(i, length));
      i += length;
    } else {
      out += '%';
      AppendHex(text[i], out);
      ++i;
    }
  }
  out.append(1, '"');
}

void AppendJson(const AccessRecord& record, std::string& out) {
  out.append("{\"timestamp\":\"");
  AppendTimestamp(record.unix_ms, out);
  out.append("\",\"level\":\"").append(Level(record.status)).append("\"");
  Member("service", record.service, out);
  if (record.sidecar) {
    Member("source_app", record.source_app, out);
    Member("destination_service", record.destination_service, out);
  } else {
    Member("request_id", record.request_id, out);
  }
  Member("method", record.method, out);
  Member("path", record.path, out);
  Member("status", record.status, out);
  out.append(record.sidecar ? ",\"duration_ms\":" : ",\"latency_ms\":");
  AppendMilliseconds(record.duration, out);
  if (record.sidecar) {
    Member("mtls", record.mtls, out);
    Member("trace_id", record.trace_id, out);
    Member("request_id", record.request_id, out);
  } else {
    Member("user_id", record.user_id, out);
    Member("client_ip", record.client_ip, out);
    Member("trace_id", record.trace_id, out);
  }
  Member("host", record.host, out);
  Member("reason", record.reason, out);
  Member("detail", record.detail, out);
  Member("route", record.route, out);
  Member("upstream", record.upstream, out);
  Member("attempts", record.attempts, out);
  Member("bytes_in", record.bytes_in, out);
  Member("bytes_out", record.bytes_out, out);
  out.append("}\n");
}

}  // namespace weir::proxy::observe
