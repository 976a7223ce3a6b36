#include "runtime/base/json.h"

#include <limits>
#include <set>
#include <utility>
#include <vector>

namespace weir::json {
namespace {

constexpr int kMaxDepth = 32;

// Whether brackets nest within the bound; strings are stepped over.
bool DepthIsBounded(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) return false;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return true;
}

// Stops at a member that its object has already.
class UniqueMembers final : public nlohmann::json_sax<Value> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    open_.emplace_back();
    return true;
  }
  bool key(string_t& name) override { return open_.back().insert(name).second; }
  bool end_object() override {
    open_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  std::vector<std::set<std::string>> open_;  // the members of each open object
};

// Keeps how one member of the outermost object is written.
class FloatMember final : public nlohmann::json_sax<Value> {
 public:
  explicit FloatMember(std::string_view name) : name_(name) {}
  std::string text;

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t& written) override {
    if (depth_ == 1 && wanted_) text = written;
    return true;
  }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return ++depth_, true; }
  bool key(string_t& name) override {
    if (depth_ == 1) wanted_ = name == name_;
    return true;
  }
  bool end_object() override { return --depth_, true; }
  bool start_array(std::size_t) override { return ++depth_, true; }
  bool end_array() override { return --depth_, true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  std::string_view name_;
  int depth_ = 0;
  bool wanted_ = false;
};

}  // namespace

std::optional<Value> ParseObject(std::string_view text) {
  // The library takes a NUL for the end of the text, and passes over a byte order mark.
  if (text.find('\0') != std::string_view::npos || text.starts_with("\xef\xbb\xbf")) {
    return std::nullopt;
  }
  if (!DepthIsBounded(text)) return std::nullopt;
  // Two passes: the library's parser with a callback looks at all elements of an
  // array before each further one, which is endless for a long list.
  UniqueMembers unique;
  if (!Value::sax_parse(text.begin(), text.end(), &unique)) return std::nullopt;
  Value object = Value::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return std::nullopt;
  return object;
}

const Value* Member(const Value& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

const std::string* StringMember(const Value& object, const char* name) {
  const Value* member = Member(object, name);
  return member != nullptr && member->is_string() ? member->get_ptr<const std::string*>() : nullptr;
}

std::string FloatText(std::string_view object, std::string_view name) {
  FloatMember member(name);
  Value::sax_parse(object.begin(), object.end(), &member);
  return std::move(member.text);
}

std::optional<std::int64_t> Integer(const Value& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return std::nullopt;
    }
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  return std::nullopt;
}

}  // namespace weir::json
