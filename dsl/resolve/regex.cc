#include "dsl/resolve/regex.h"

#include <array>
#include <optional>
#include <utility>

#include "runtime/base/ascii.h"

namespace weir::dsl::resolve {
namespace {

using syntax::RegexNode;
using Kind = RegexNode::Kind;
using Set = std::bitset<256>;

constexpr std::size_t kMaxText = 4096;
constexpr int kMaxDepth = 200;
constexpr int kMaxRepeat = 1000;

Set Range(int from, int to) {
  Set set;
  for (int c = from; c <= to; ++c) set.set(static_cast<std::size_t>(c));
  return set;
}

const Set kDigit = Range('0', '9');
const Set kLetter = Range('a', 'z') | Range('A', 'Z');
const Set kWord = kDigit | kLetter | Range('_', '_');
// RE2's \s: no vertical tab.
const Set kSpace = Range('\t', '\n') | Range('\f', '\r') | Range(' ', ' ');

std::optional<Set> PosixClass(std::string_view name) {
  static const std::array<std::pair<std::string_view, Set>, 14> kClasses = {{
      {"alnum", kDigit | kLetter},
      {"alpha", kLetter},
      {"ascii", Range(0, 127)},
      {"blank", Range('\t', '\t') | Range(' ', ' ')},
      {"cntrl", Range(0, 31) | Range(127, 127)},
      {"digit", kDigit},
      {"graph", Range('!', '~')},
      {"lower", Range('a', 'z')},
      {"print", Range(' ', '~')},
      {"punct", Range('!', '/') | Range(':', '@') | Range('[', '`') | Range('{', '~')},
      {"space", Range('\t', '\r') | Range(' ', ' ')},
      {"upper", Range('A', 'Z')},
      {"word", kWord},
      {"xdigit", kDigit | Range('a', 'f') | Range('A', 'F')},
  }};
  for (const auto& [candidate, set] : kClasses) {
    if (candidate == name) return set;
  }
  return std::nullopt;
}

void FoldCase(Set& set) {
  for (std::size_t c = 'a'; c <= 'z'; ++c) {
    const std::size_t upper = c - 'a' + 'A';
    if (set[c] || set[upper]) set.set(c).set(upper);
  }
}

RegexNode SetNode(const Set& set) {
  RegexNode node;
  node.kind = set.none() ? Kind::kNothing : Kind::kSet;
  node.set = set;
  return node;
}

struct Flags {
  bool fold = false;         // (?i)
  bool dot_newline = false;  // (?s)
};

// Recursive descent; Fail throws and ParseRegex catches, inside this file only.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  RegexNode ParseAll() {
    if (text_.size() > kMaxText) Fail(0, "a regular expression has at most 4096 octets");
    RegexNode node = Alternation(0);
    if (!AtEnd()) Fail(at_, "')' closes no group", "write \\) for the character itself");
    CheckRepeats(node, 1);
    return node;
  }

 private:
  [[noreturn]] static void Fail(std::size_t offset, std::string message, std::string help = {}) {
    throw RegexFault{offset, std::move(message), std::move(help)};
  }

  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek() const { return text_[at_]; }
  bool Looking(std::string_view ahead) const { return text_.substr(at_).starts_with(ahead); }
  bool Accept(std::string_view ahead) {
    if (!Looking(ahead)) return false;
    at_ += ahead.size();
    return true;
  }

  RegexNode Alternation(int depth) {
    if (depth > kMaxDepth) Fail(at_, "groups are nested deeper than 200");
    const Flags outer = flags_;  // (?i) holds to the end of its group
    std::vector<RegexNode> branches;
    do {
      branches.push_back(Concatenation(depth));
    } while (Accept("|"));
    flags_ = outer;
    if (branches.size() == 1) return std::move(branches.front());
    RegexNode node;
    node.kind = Kind::kAlternate;
    node.children = std::move(branches);
    return node;
  }

  RegexNode Concatenation(int depth) {
    std::vector<RegexNode> parts;
    while (!AtEnd() && Peek() != '|' && Peek() != ')') {
      if (std::optional<RegexNode> part = Repetition(depth)) parts.push_back(*std::move(part));
    }
    if (parts.size() == 1) return std::move(parts.front());
    RegexNode node;
    node.kind = parts.empty() ? Kind::kEmpty : Kind::kConcat;
    node.children = std::move(parts);
    return node;
  }

  // Nothing for a group that only sets flags.
  std::optional<RegexNode> Repetition(int depth) {
    if (std::string_view("*+?").find(Peek()) != std::string_view::npos) {
      Fail(at_, std::string("'") + Peek() + "' repeats nothing");
    }
    std::optional<RegexNode> atom = Atom(depth);
    const std::size_t begin = at_;
    bool repeated = false;
    while (!AtEnd()) {
      int min = 0;
      int max = -1;
      if (Accept("*")) {
      } else if (Accept("+")) {
        min = 1;
      } else if (Accept("?")) {
        max = 1;
      } else if (Peek() == '{') {
        Bounds(min, max);
      } else {
        break;
      }
      if (repeated) Fail(begin, "a repetition cannot be repeated", "put it into (?:...)");
      if (!atom) Fail(begin, "there is nothing to repeat here");
      Accept("?");  // as few as possible: the same strings match
      RegexNode node;
      node.kind = Kind::kRepeat;
      node.min = min;
      node.max = max;
      node.children.push_back(*std::move(atom));
      atom = std::move(node);
      repeated = true;
    }
    return atom;
  }

  void Bounds(int& min, int& max) {
    const std::size_t begin = at_;
    Accept("{");
    min = Figure(begin);
    if (Accept(",")) {
      max = Looking("}") ? -1 : Figure(begin);
    } else {
      max = min;
    }
    if (!Accept("}")) BadBounds(begin);
    if (max != -1 && max < min) Fail(begin, "the repetition ends before it begins");
  }

  int Figure(std::size_t begin) {
    int value = 0;
    const std::size_t first = at_;
    while (!AtEnd() && Peek() >= '0' && Peek() <= '9') {
      value = value * 10 + (Peek() - '0');
      if (value > kMaxRepeat) Fail(begin, "a repetition of more than 1000");
      ++at_;
    }
    if (at_ == first) BadBounds(begin);
    return value;
  }

  [[noreturn]] static void BadBounds(std::size_t begin) {
    Fail(begin, "'{' begins no repetition {n}, {n,} or {n,m}",
         "write \\{ for the character itself");
  }

  std::optional<RegexNode> Atom(int depth) {
    const std::size_t begin = at_;
    switch (Peek()) {
      case '(':
        return Group(depth);
      case '[':
        return Class();
      case '.': {
        ++at_;
        Set any;
        any.set();
        if (!flags_.dot_newline) any.reset('\n');
        return SetNode(any);
      }
      case '^':
      case '$':
        Fail(begin, std::string("'") + Peek() + "' is an assertion, which this dialect leaves out",
             std::string("the whole value is matched: leave it out, or write \\") + Peek());
      case '\\':
        return SetNode(Escape(/*in_class=*/false));
      case '{':
        BadBounds(begin);
      default:
        return Literal();
    }
  }

  RegexNode Literal() {
    const auto lead = static_cast<unsigned char>(Peek());
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    RegexNode node;
    node.kind = Kind::kConcat;
    for (std::size_t i = 0; i < length && !AtEnd(); ++i, ++at_) {
      Set set;
      set.set(static_cast<unsigned char>(Peek()));
      if (flags_.fold) FoldCase(set);
      node.children.push_back(SetNode(set));
    }
    if (node.children.size() == 1) return RegexNode(node.children.front());
    return node;
  }

  std::optional<RegexNode> Group(int depth) {
    const std::size_t begin = at_;
    Accept("(");
    const Flags outer = flags_;
    if (Accept("?")) {
      if (Looking("=") || Looking("!") || Looking("<=") || Looking("<!")) {
        Fail(begin, "look-around is an assertion, which this dialect leaves out");
      }
      if (Looking("P<") || Looking("<")) {
        Fail(begin, "captures are left out of this dialect", "write (?:...)");
      }
      if (ReadFlags(begin)) return std::nullopt;
    }
    RegexNode node = Alternation(depth + 1);
    flags_ = outer;
    if (!Accept(")")) Fail(begin, "this group is not closed");
    return node;
  }

  // Behind "(?": true for a group that only sets flags, closed here.
  bool ReadFlags(std::size_t begin) {
    bool on = true;
    while (!AtEnd()) {
      const char c = text_[at_++];
      if (c == ':') return false;
      if (c == ')') return true;
      if (c == '-' && on) {
        on = false;
      } else if (c == 'i') {
        flags_.fold = on;
      } else if (c == 's') {
        flags_.dot_newline = on;
      } else {
        Fail(begin, "a group may set the flags i and s only");
      }
    }
    Fail(begin, "this group is not closed");
  }

  RegexNode Class() {
    const std::size_t begin = at_;
    Accept("[");
    const bool negated = Accept("^");
    Set set;
    bool first = true;
    while (true) {
      if (AtEnd()) Fail(begin, "this class is not closed");
      if (Peek() == ']' && !first) break;
      first = false;
      if (Looking("[:")) {
        set |= Posix();
        continue;
      }
      const std::size_t from_at = at_;
      const Set from = ClassItem();
      if (!Looking("-") || text_.substr(at_).starts_with("-]")) {
        set |= from;
        continue;
      }
      Accept("-");
      if (AtEnd()) Fail(begin, "this class is not closed");
      const Set to = ClassItem();
      if (from.count() != 1 || to.count() != 1)
        Fail(from_at, "a range goes between two characters");
      const std::size_t low = from._Find_first();
      const std::size_t high = to._Find_first();
      if (high < low) Fail(from_at, "the range ends before it begins");
      set |= Range(static_cast<int>(low), static_cast<int>(high));
    }
    Accept("]");
    if (flags_.fold) FoldCase(set);
    return SetNode(negated ? ~set : set);
  }

  Set ClassItem() {
    if (Peek() == '\\') return Escape(/*in_class=*/true);
    if (static_cast<unsigned char>(Peek()) >= 0x80) {
      Fail(at_, "a class holds ASCII characters", "write an alternative such as (?:a|\xC3\xA9)");
    }
    Set set;
    set.set(static_cast<unsigned char>(text_[at_++]));
    return set;
  }

  Set Posix() {
    const std::size_t begin = at_;
    Accept("[:");
    const bool negated = Accept("^");
    const std::size_t end = text_.find(":]", at_);
    if (end != std::string_view::npos) {
      if (std::optional<Set> set = PosixClass(text_.substr(at_, end - at_))) {
        at_ = end + 2;
        return negated ? ~*set : *set;
      }
    }
    Fail(begin, "this is not a class such as [:alpha:]");
  }

  Set Escape(bool in_class) {
    const std::size_t begin = at_;
    ++at_;
    if (AtEnd()) Fail(begin, "'\\' stands at the end");
    const char c = text_[at_++];
    Set set;
    switch (c) {
      case 'd':
        return kDigit;
      case 'D':
        return ~kDigit;
      case 's':
        return kSpace;
      case 'S':
        return ~kSpace;
      case 'w':
        return kWord;
      case 'W':
        return ~kWord;
      case 't':
        set.set('\t');
        return set;
      case 'n':
        set.set('\n');
        return set;
      case 'r':
        set.set('\r');
        return set;
      case 'f':
        set.set('\f');
        return set;
      case 'v':
        set.set('\v');
        return set;
      case 'a':
        set.set('\a');
        return set;
      case 'x': {
        const int high = TakeHexDigit();
        const int low = TakeHexDigit();
        if (high < 0 || low < 0) Fail(begin, "\\x is followed by two hexadecimal digits");
        set.set(static_cast<std::size_t>(high * 16 + low));
        if (flags_.fold && !in_class) FoldCase(set);
        return set;
      }
      default:
        break;
    }
    if (c >= '1' && c <= '9') Fail(begin, "back references are left out of this dialect");
    if (c == 'b' || c == 'B' || c == 'A' || c == 'z' || c == 'Z') {
      Fail(begin, std::string("'\\") + c + "' is an assertion, which this dialect leaves out");
    }
    const bool punctuation = c > ' ' && c < 0x7f && !kWord[static_cast<unsigned char>(c)];
    if (!punctuation && c != '_') {
      Fail(begin, "this escape is not part of the dialect");
    }
    set.set(static_cast<unsigned char>(c));
    return set;
  }

  int TakeHexDigit() {
    if (AtEnd()) return -1;
    return weir::HexDigit(text_[at_++]);
  }

  // Counted repetitions multiply when they are nested; RE2 bounds the product
  // by 1000 as well, which keeps automata of a size that the text suggests.
  static void CheckRepeats(const RegexNode& node, int outer) {
    int product = outer;
    if (node.kind == Kind::kRepeat) {
      const int figure = node.max > 0 ? node.max : node.min;
      if (figure > 1) product *= figure;
      if (product > kMaxRepeat) Fail(0, "nested repetitions of more than 1000 together");
    }
    for (const RegexNode& child : node.children) CheckRepeats(child, product);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Flags flags_;
};

}  // namespace

std::expected<syntax::Regex, RegexFault> ParseRegex(std::string_view text) {
  try {
    return syntax::Regex{std::string(text), Parser(text).ParseAll()};
  } catch (RegexFault& fault) {
    return std::unexpected(std::move(fault));
  }
}

}  // namespace weir::dsl::resolve
