#include "spec/model/text.h"

namespace weir::model {
namespace {

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsOneOf(char c, const std::string& set) { return set.find(c) != std::string::npos; }

}  // namespace

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string Trim(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts{""};
  for (char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string Join(const std::vector<std::string>& parts, const std::string& separator) {
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) joined += (i > 0 ? separator : "") + parts[i];
  return joined;
}

std::vector<std::string> ListElements(const std::string& value) {
  std::vector<std::string> elements;
  for (const std::string& part : Split(value, ',')) {
    if (!Trim(part).empty()) elements.push_back(Trim(part));
  }
  return elements;
}

bool IsToken(const std::string& text) {
  for (char c : text) {
    if (!IsAlphanumeric(c) && !IsOneOf(c, "!#$%&'*+-.^_`|~")) return false;
  }
  return !text.empty();
}

bool IsFieldValue(const std::string& text) {
  for (char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if ((octet < 0x20 && octet != '\t') || octet == 0x7f) return false;
  }
  return true;
}

bool IsUnreserved(char octet) { return IsAlphanumeric(octet) || IsOneOf(octet, "-._~"); }

std::optional<int> HexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return std::nullopt;
}

std::string Escape(char octet) {
  const std::string digits = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(octet);
  return {'%', digits[value / 16], digits[value % 16]};
}

}  // namespace weir::model
