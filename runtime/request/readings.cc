// One pass for each name that is read. Names are compared as they are decoded, octet by
// octet: exactly, and folded as PHP and case-blind programs fold them. A name that is the
// same only when folded is refused, as some program behind us would take its value for
// the one that was decided on.
#include "runtime/request/readings.h"

#include <cstdint>

#include "runtime/base/ascii.h"
#include "runtime/base/utf8.h"
#include "runtime/request/form.h"

namespace weir::runtime {
namespace {

constexpr char kMalformed[] = "a parameter's name holds a '%' that begins no escape";
constexpr char kTwice[] = "a parameter that is read as one value comes twice, or beside ';'";
constexpr char kAlike[] = "a parameter is named almost like one that is read";
constexpr char kValue[] = "a parameter that is read has no plain UTF-8 value";

// Takes pieces off a text at each `separator`; empty pieces too.
class Pieces {
 public:
  Pieces(std::string_view text, char separator) : rest_(text), separator_(separator) {}
  bool Next(std::string_view& piece) {
    if (done_) return false;
    const std::size_t end = rest_.find(separator_);
    piece = rest_.substr(0, end);
    done_ = end == std::string_view::npos;
    if (!done_) rest_.remove_prefix(end + 1);
    return true;
  }

 private:
  std::string_view rest_;
  char separator_;
  bool done_ = false;
};

// A name without blanks before it, up to a NUL, '_' for what no variable's name holds,
// in lower case; with `element`, up to a '[' as well: a[] and a[x] are read as a.
class Folded {
 public:
  Folded(FormDecoder text, bool element) : text_(text), element_(element) {}
  bool Next(char& octet) {
    if (!text_.Next(octet)) return false;
    while (start_ && octet == ' ') {
      if (!text_.Next(octet)) return false;
    }
    start_ = false;
    if (octet == '\0' || (element_ && octet == '[')) {
      text_ = FormDecoder({});
      return false;
    }
    octet = octet == ' ' || octet == '.' || octet == '[' ? '_' : ToLower(octet);
    return true;
  }

 private:
  FormDecoder text_;
  bool element_;
  bool start_ = true;
};

bool SameFolded(Folded a, Folded b) {
  char x, y;
  while (true) {
    const bool more_a = a.Next(x), more_b = b.Next(y);
    if (more_a != more_b) return false;
    if (!more_a) return true;
    if (x != y) return false;
  }
}

bool IsAlike(FormDecoder text, std::string_view name) {
  const Folded wanted(FormDecoder(name, false), false);
  return SameFolded({text, false}, wanted) || SameFolded({text, true}, wanted);
}

bool IsSome(std::string_view text, bool decode, std::span<const std::string_view> names) {
  for (std::string_view name : names) {
    if (DecodesTo(FormDecoder(text, decode), name)) return true;
  }
  return false;
}

bool EscapesAreWhole(std::string_view text) {
  for (std::size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 1)) {
    if (!BeginsWithEscape(text.substr(i))) return false;
  }
  return true;
}

bool IsPlainValue(std::string_view text) {
  if (!EscapesAreWhole(text)) return false;
  Utf8Check utf8;
  FormDecoder octets(text);
  for (char octet; octets.Next(octet);) {
    if (octet == '\0' || !utf8.Take(static_cast<unsigned char>(octet))) return false;
  }
  return utf8.IsWhole();
}

// Some programs decode cookies and some take quotes off. An escape that no encoder
// writes, of an octet that needs none, would be another value to them.
bool IsPlainCookie(std::string_view value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '"' || value[i] == ',') return false;
    if (!BeginsWithEscape(value.substr(i))) continue;
    const auto octet = EscapedByte(value.substr(i));
    if (octet == '\0' || kUnreservedBytes[octet]) return false;
  }
  return true;
}

const char* CheckParameter(std::string_view query, std::string_view name,
                           std::span<const std::string_view> names) {
  bool found = false;
  Pieces parameters(query, '&');
  for (std::string_view parameter; parameters.Next(parameter);) {
    Pieces pieces(parameter, ';');
    for (std::string_view piece; pieces.Next(piece);) {
      if (piece.empty()) continue;
      const std::size_t equals = piece.find('=');
      const std::string_view written = piece.substr(0, equals);
      if (!EscapesAreWhole(written)) return kMalformed;
      if (!DecodesTo(FormDecoder(written), name)) {
        if (IsAlike(FormDecoder(written), name) && !IsSome(written, true, names)) return kAlike;
        continue;
      }
      if (found || piece.size() != parameter.size()) return kTwice;
      found = true;
      if (equals != std::string_view::npos && !IsPlainValue(piece.substr(equals + 1))) {
        return kValue;
      }
    }
  }
  return nullptr;
}

const char* CheckCookie(std::string_view field, std::string_view name,
                        std::span<const std::string_view> names) {
  bool found = false;
  Pieces pairs(field, ';');
  for (std::string_view pair; pairs.Next(pair);) {
    Pieces pieces(pair, ',');  // which separated cookies once (RFC 2109)
    bool first = true;
    for (std::string_view piece; pieces.Next(piece); first = false) {
      const std::size_t equals = piece.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string_view written = TrimOws(piece.substr(0, equals));
      if (written != name) {
        if (IsAlike(FormDecoder(written), name) && !IsSome(written, false, names)) {
          return "a cookie is named almost like one that is read";
        }
        continue;
      }
      if (!first || found) return "a cookie that is read comes twice, or behind ','";
      found = true;
      if (!IsPlainCookie(TrimOws(pair.substr(pair.find('=') + 1)))) {
        return "a cookie that is read holds quotes, ',' or an escape that needs none";
      }
    }
  }
  return nullptr;
}

}  // namespace

const char* CheckQuery(std::string_view query, std::span<const std::string_view> names) {
  for (std::string_view name : names) {
    if (const char* wrong = CheckParameter(query, name, names)) return wrong;
  }
  return nullptr;
}

const char* CheckCookies(std::string_view field, std::span<const std::string_view> names) {
  for (std::string_view name : names) {
    if (const char* wrong = CheckCookie(field, name, names)) return wrong;
  }
  return nullptr;
}

}  // namespace weir::runtime
