// An independent strict reading of HTTP/1.1 messages, for judging what a proxy
// sent: it shares no code with proxy/http1 and accepts only the plainest form.
// Slow and obvious on purpose.
//
//   std::string why;
//   auto requests = strict::ReadAll(octets, &why);   // nullopt: not a row of whole requests
#ifndef WEIR_TESTS_SUPPORT_HTTP1_STRICT_H_
#define WEIR_TESTS_SUPPORT_HTTP1_STRICT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::strict {

struct Request {
  std::string method;
  std::string target;
  int status = 0;  // of a response, whose other two are empty
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::string body;
  bool chunked = false;
  bool has_length = false;
  std::uint64_t length = 0;  // once Framing was read

  // How many lines bear this (lower-case) name; the last one's value in `value`.
  int Count(std::string_view name, std::string* value = nullptr) const {
    int count = 0;
    for (const auto& [n, v] : fields) {
      if (n != name) continue;
      ++count;
      if (value != nullptr) *value = v;
    }
    return count;
  }
};

inline bool TokenChar(unsigned char c) {
  if (c >= 'a' && c <= 'z') return true;
  if (c >= 'A' && c <= 'Z') return true;
  if (c >= '0' && c <= '9') return true;
  return c != 0 && std::string("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string::npos;
}

// Reads one request off the front of `rest`; false and `why` when there is none.
class Reader {
 public:
  explicit Reader(std::string_view octets) : rest_(octets) {}
  bool empty() const { return rest_.empty(); }
  const std::string& why() const { return why_; }
  // After a refusal: nothing is wrong yet, but the message is not whole.
  bool is_short() const { return short_; }

  bool Next(Request& out) { return NextHead(out) && Body(out); }
  // Up to the empty line; what stands behind it is left.
  bool NextHead(Request& out) {
    out = Request{};
    std::string line;
    if (!Line(line)) return false;
    const auto one = line.find(' ');
    const auto two = line.rfind(' ');
    if (one == std::string::npos || one == two) return No("request line without two spaces");
    out.method = line.substr(0, one);
    out.target = line.substr(one + 1, two - one - 1);
    if (line.substr(two + 1) != "HTTP/1.1") return No("not HTTP/1.1");
    if (out.method.empty()) return No("no method");
    for (unsigned char c : out.method) {
      if (!TokenChar(c)) return No("method");
    }
    if (out.target.empty() || out.target[0] != '/') return No("target not in origin form");
    for (unsigned char c : out.target) {
      if (c <= 0x20 || c >= 0x7f || c == '#') return No("target octet");
    }
    if (!Fields(out)) return false;
    std::string value;
    if (out.Count("host", &value) != 1 || value.empty()) return No("not exactly one host");
    return true;
  }

  // A response to this method that does not end with the connection.
  bool NextResponse(std::string_view method, Request& out) {
    if (!NextResponseHead(out)) return false;
    const bool bare = out.status < 200 || out.status == 204;
    if (bare || out.status == 304 || method == "HEAD") return true;
    if (!out.has_length && !out.chunked) return No("no end of the body");
    return Body(out);
  }
  bool NextResponseHead(Request& out) {
    out = Request{};
    std::string line;
    if (!Line(line)) return false;
    if (line.substr(0, 9) != "HTTP/1.1 " || line.size() < 13 || line[12] != ' ') {
      return No("status line");
    }
    for (char c : line.substr(9, 3)) {
      if (c < '0' || c > '9') return No("status");
      out.status = out.status * 10 + (c - '0');
    }
    if (!Fields(out)) return false;
    const bool bare = out.status < 200 || out.status == 204;
    if (bare && (out.has_length || out.chunked)) return No("framing where no body is");
    return true;
  }
  // What the head says of the body's end.
  bool Framing(Request& out) {
    std::string value;
    if (out.has_length) {
      if (out.Count("content-length", &value) != 1) return No("content-length lines");
      if (value.empty() || value.size() > 19) return No("content-length");
      for (char c : value) {
        if (c < '0' || c > '9') return No("content-length digits");
        out.length = out.length * 10 + static_cast<std::uint64_t>(c - '0');
      }
    }
    if (out.chunked && (out.Count("transfer-encoding", &value) != 1 || value != "chunked"))
      return No("transfer-encoding");
    return true;
  }
  std::size_t left() const { return rest_.size(); }

 private:
  bool No(const char* why) {
    why_ = why;
    return false;
  }
  bool Short(const char* why) {
    short_ = true;
    return No(why);
  }
  bool Line(std::string& line) {
    const auto end = rest_.find("\r\n");
    if (end == std::string_view::npos) {
      for (unsigned char c : rest_.substr(0, rest_.empty() ? 0 : rest_.size() - 1)) {
        if ((c < 0x20 && c != '\t') || c == 0x7f) return No("a control octet in a line");
      }
      return Short("a line without CRLF");
    }
    line = std::string(rest_.substr(0, end));
    rest_.remove_prefix(end + 2);
    for (unsigned char c : line) {
      if (c == '\r' || c == '\n' || c == 0) return No("CR, LF or NUL in a line");
      if ((c < 0x20 && c != '\t') || c == 0x7f) return No("a control octet in a line");
    }
    return true;
  }
  bool FieldLine(const std::string& line, std::pair<std::string, std::string>& field) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || colon == 0) return No("a field without a name");
    std::string name = line.substr(0, colon);
    for (char& c : name) {
      if (!TokenChar(static_cast<unsigned char>(c))) return No("a field name");
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    std::string value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.erase(0, 1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.pop_back();
    field = {name, value};
    return true;
  }
  bool Fields(Request& out) {
    for (std::string line;;) {
      if (!Line(line)) return false;
      if (line.empty()) break;
      std::pair<std::string, std::string> field;
      if (!FieldLine(line, field)) return false;
      out.fields.push_back(field);
    }
    out.has_length = out.Count("content-length") > 0;
    out.chunked = out.Count("transfer-encoding") > 0;
    if (out.has_length && out.chunked) return No("two framings");
    for (const auto& [name, v] : out.fields) {
      if (name == "content_length" || name == "transfer_encoding") return No("framing underscored");
    }
    return true;
  }
  bool Body(Request& out) {
    if (!Framing(out)) return false;
    if (out.has_length) {
      if (rest_.size() < out.length) return Short("body cut short");
      out.body = std::string(rest_.substr(0, out.length));
      rest_.remove_prefix(out.length);
    }
    if (!out.chunked) return true;
    while (true) {
      std::string line;
      if (!Line(line)) return false;
      if (line.empty() || line.size() > 15) return No("chunk size");
      std::uint64_t size = 0;
      for (char c : line) {
        const auto digit = std::string("0123456789abcdef").find(c);
        if (digit == std::string::npos) return No("chunk size digits");
        size = size * 16 + digit;
      }
      if (size == 0) break;
      if (rest_.size() < size + 2) return Short("chunk cut short");
      out.body += rest_.substr(0, size);
      if (rest_.substr(size, 2) != "\r\n") return No("chunk end");
      rest_.remove_prefix(size + 2);
    }
    for (std::string line;;) {
      if (!Line(line)) return false;
      if (line.empty()) return true;
      std::pair<std::string, std::string> field;
      if (!FieldLine(line, field)) return false;
    }
  }

  std::string_view rest_;
  std::string why_;
  bool short_ = false;
};

inline std::optional<std::vector<Request>> ReadAll(std::string_view octets,
                                                   std::string* why = nullptr) {
  Reader reader(octets);
  std::vector<Request> requests;
  while (!reader.empty()) {
    Request request;
    if (!reader.Next(request)) {
      if (why != nullptr) *why = reader.why();
      return std::nullopt;
    }
    requests.push_back(std::move(request));
  }
  return requests;
}

}  // namespace weir::strict

#endif  // WEIR_TESTS_SUPPORT_HTTP1_STRICT_H_
