// The answers a decision makes itself, and the fields it adds to every response.
#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>
#include <memory>

#include "runtime/decide/cors.h"
#include "runtime/decide/decision.h"
#include "runtime/decide/lookup.h"
#include "runtime/decide/substitute.h"

namespace weir::runtime {
namespace {

// Kept free for the short fields, which always fit.
constexpr std::size_t kShortText = 256;

std::uint64_t SecondsRoundedUp(std::int64_t nanoseconds) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return static_cast<std::uint64_t>(nanoseconds / kSecond + (nanoseconds % kSecond > 0 ? 1 : 0));
}

// Writes into a span that was measured before.
class SpanWriter {
 public:
  explicit SpanWriter(std::span<char> span) : next_(span.data()), end_(span.data() + span.size()) {}
  void operator()(std::string_view piece) {
    assert(piece.size() <= static_cast<std::size_t>(end_ - next_));
    if (!piece.empty()) std::memcpy(next_, piece.data(), piece.size());
    next_ += piece.size();
  }

 private:
  char* next_;
  char* end_;
};

template <class Write>
std::size_t Measure(Write write) {
  std::size_t size = 0;
  write([&](std::string_view piece) { size += piece.size(); });
  return size;
}

std::string_view View(std::span<char> span) { return {span.data(), span.size()}; }

bool IsDefaultPort(std::string_view scheme, std::uint32_t port) {
  return (scheme == "http" && port == 80) || (scheme == "https" && port == 443);
}

// RFC 8941: an integer of a structured field has at most 15 digits.
constexpr std::size_t kStructuredDigits = 15;
constexpr std::uint64_t kMaxStructured = 999'999'999'999'999;

// Seconds, rounded up, in which an empty bucket is full again: burst x period / count.
std::uint64_t WindowOf(const LimitRecord& limit) {
  __extension__ using Wide = unsigned __int128;
  const Wide whole = Wide{limit.burst} * static_cast<std::uint64_t>(limit.period);
  const Wide unit = Wide{limit.count} * 1'000'000'000u;
  const Wide seconds = whole / unit + (whole % unit > 0 ? 1 : 0);
  return seconds > kMaxStructured ? kMaxStructured : static_cast<std::uint64_t>(seconds);
}

}  // namespace

std::span<char> Decision::TakeText(std::size_t size) {
  if (size + kShortText <= text_.size() - text_used_ ||
      (size <= 24 && size <= text_.size() - text_used_)) {
    const std::span<char> taken = std::span(text_).subspan(text_used_, size);
    text_used_ += size;
    return taken;
  }
  long_text_.push_back(std::make_unique_for_overwrite<char[]>(size));
  return {long_text_.back().get(), size};
}

void Decision::AddField(std::string_view name, std::string_view value) {
  assert(field_count_ < kMaxFields);
  if (field_count_ < kMaxFields) std::construct_at(&fields_[field_count_++], name, value);
}

void Decision::AddNumber(std::string_view name, std::uint64_t number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  const std::span<char> text = TakeText(static_cast<std::size_t>(end.ptr - digits));
  std::copy(digits, end.ptr, text.data());
  AddField(name, View(text));
}

void Decision::SetAnswer(std::uint16_t status, Reason reason) {
  answer_ = {status, reason, ReasonBody(reason), false};
}

void Decision::AnswerRecord(const ResponseRecord& record, Reason reason) {
  SetAnswer(static_cast<std::uint16_t>(record.status), reason);
  if (record.body.length > 0) answer_.body = table_->text(record.body);
  for (const FieldRecord& field : Table::Slice(table_->fields(), record.headers)) {
    AddField(table_->text(field.name), table_->text(field.value));
  }
}

// 405 when another method would have been routed: Allow is what those routes
// take, sorted; else 404. Each round looks for the least method above the last.
void Decision::AnswerMethod() {
  const auto next_above = [&](std::string_view last) {
    std::string_view least;
    VisitMethodBlind(*table_, *request_, [&](Index route) {
      const RouteRecord& record = table_->routes()[route];
      for (StringRef ref : Table::Slice(table_->strings(), record.methods)) {
        const std::string_view method = table_->text(ref);
        if (method > last && (least.empty() || method < least)) least = method;
      }
    });
    return least;
  };
  const auto write = [&](auto&& sink) {
    std::string_view method = next_above({});
    for (bool first = true; !method.empty(); method = next_above(method)) {
      if (!first) sink(std::string_view(", "));
      sink(method);
      first = false;
    }
  };
  const std::size_t size = Measure(write);
  if (size == 0) return SetAnswer(404, Reason::kNoRoute);
  SetAnswer(405, Reason::kMethod);
  const std::span<char> text = TakeText(size);
  write(SpanWriter(text));
  AddField("allow", View(text));
}

void Decision::AnswerUnauthenticated(bool bad) {
  SetAnswer(401, Reason::kUnauthenticated);
  const auto challenge = [&](std::string_view scheme, StringRef realm, std::string_view error) {
    const auto write = [&](auto&& sink) {
      sink(scheme);
      sink(std::string_view(" realm=\""));
      sink(table_->text(realm));
      sink(std::string_view("\""));
      sink(error);
    };
    const std::span<char> text = TakeText(Measure(write));
    write(SpanWriter(text));
    AddField("www-authenticate", View(text));
  };
  const RouteRecord& route = route_record();
  if (route.jwt != kNoIndex) {
    challenge("Bearer", table_->jwts()[route.jwt].name, bad ? ", error=\"invalid_token\"" : "");
  }
  if (route.api_keys != kNoIndex) {
    challenge("ApiKey", table_->api_key_sets()[route.api_keys].name, "");
  }
}

// What the policy does not write is the request's own. The old port says nothing
// of a new scheme or host.
void Decision::AnswerRedirect(const RedirectRecord& record) {
  SetAnswer(static_cast<std::uint16_t>(record.status), Reason::kRedirect);
  const std::string_view host = record.host.length > 0 ? table_->text(record.host) : request_->host;
  const auto write = [&](auto&& sink) {
    const std::string_view scheme =
        record.scheme.length > 0 ? table_->text(record.scheme) : request_->scheme;
    if (!host.empty()) {
      sink(scheme);
      sink(std::string_view("://"));
      sink(host);
    }
    if (host.empty()) {  // relative: nobody said where the client is
    } else if (record.port != 0 && !IsDefaultPort(scheme, record.port)) {
      char port[8] = ":";
      const auto end = std::to_chars(port + 1, port + sizeof port, record.port);
      sink(std::string_view(port, static_cast<std::size_t>(end.ptr - port)));
    } else if (record.port == 0 && record.scheme.length == 0 && record.host.length == 0) {
      sink(request_->authority.substr(request_->host.size()));
    }
    if (record.path.length > 0) {
      Substitute(table_->text(record.path), *this, sink);
    } else {
      sink(request_->path);
    }
    if (request_->has_query) {
      sink(std::string_view("?"));
      sink(request_->query);
    }
  };
  const std::span<char> text = TakeText(Measure(write));
  write(SpanWriter(text));
  AddField("location", View(text));
}

void Decision::AddRateLimit() {
  if (answer_.reason == Reason::kRateLimited) {
    AddNumber("retry-after", SecondsRoundedUp(retry_after_));
  }
  if (!limited_) return;
  const LimitRecord& limit = *tightest_limit_;
  const std::uint64_t reset = SecondsRoundedUp(tightest_.reset);
  AddNumber("ratelimit-limit", limit.burst);
  AddNumber("ratelimit-remaining", tightest_.remaining);
  AddNumber("ratelimit-reset", reset);
  const std::string_view name = table_->text(limit.name);
  AddNamed("ratelimit", name, "\";r=", tightest_.remaining, ";t=", reset);
  if (limit.count > 0)
    AddNamed("ratelimit-policy", name, "\";q=", limit.burst, ";w=", WindowOf(limit));
}

// "NAME";a=1;b=2
void Decision::AddNamed(std::string_view field, std::string_view name, std::string_view a,
                        std::uint64_t first, std::string_view b, std::uint64_t second) {
  const std::span<char> text =
      TakeText(1 + name.size() + a.size() + b.size() + 2 * kStructuredDigits);
  char* out = text.data();
  const auto put = [&](std::string_view piece) {
    out = std::copy(piece.begin(), piece.end(), out);
  };
  const auto number = [&](std::uint64_t value) {
    out = std::to_chars(out, out + kStructuredDigits, std::min(value, kMaxStructured)).ptr;
  };
  put("\"");
  put(name);
  put(a);
  number(first);
  put(b);
  number(second);
  AddField(field, {text.data(), static_cast<std::size_t>(out - text.data())});
}

// CORS-4 and CORS-5. Everything but `*` makes the answer depend on the origin.
bool Decision::AddOrigin(const CorsRecord& cors) {
  if (AdmitsAnyOrigin(*table_, cors)) {
    AddField("access-control-allow-origin", "*");
    return true;
  }
  AddField("vary", "Origin");
  const Header* origin = request_->Find("origin");
  if (!origin || origin->value.empty() || !AdmitsOrigin(*table_, cors, origin->value)) return false;
  AddField("access-control-allow-origin", origin->value);
  if (cors.credentials) AddField("access-control-allow-credentials", "true");
  return true;
}

void Decision::AddCors() {
  if (preflight_ || !owns_cors()) return;
  const CorsRecord& cors = table_->cors()[route_record().cors];
  if (AddOrigin(cors) && cors.expose.length > 0) {
    AddField("access-control-expose-headers", table_->text(cors.expose));
  }
}

}  // namespace weir::runtime
