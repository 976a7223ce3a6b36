#include "spec/model/query.h"

#include <vector>

#include "spec/model/text.h"

namespace weir::model {
namespace {

std::string Encode(const std::string& text) {
  std::string encoded;
  for (char c : text) encoded += IsUnreserved(c) ? std::string(1, c) : Escape(c);
  return encoded;
}

std::string NameOf(const std::string& parameter) {
  return DecodeParameter(parameter.substr(0, parameter.find('=')));
}

}  // namespace

std::string DecodeParameter(const std::string& text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) &&
               HexValue(text[i + 2])) {
      decoded += static_cast<char>(*HexValue(text[i + 1]) * 16 + *HexValue(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::optional<std::string> QueryParameter(const std::string& query, const std::string& name) {
  for (const std::string& parameter : Split(query, '&')) {
    if (parameter.empty() || NameOf(parameter) != name) continue;
    const std::size_t equals = parameter.find('=');
    return equals == std::string::npos ? "" : DecodeParameter(parameter.substr(equals + 1));
  }
  return std::nullopt;
}

std::string WithoutParameter(const std::string& query, const std::string& name) {
  std::vector<std::string> kept;
  for (const std::string& parameter : Split(query, '&')) {
    if (parameter.empty() || NameOf(parameter) != name) kept.push_back(parameter);
  }
  return Join(kept, "&");
}

std::string EncodedParameter(const std::string& name, const std::string& value) {
  return Encode(name) + "=" + Encode(value);
}

std::optional<std::string> Cookie(const std::string& header, const std::string& name) {
  for (const std::string& part : Split(header, ';')) {
    const std::string pair = Trim(part);
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos) continue;
    if (Trim(pair.substr(0, equals)) == name) return Trim(pair.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace weir::model
