#include "runtime/decide/parameter.h"

namespace weir::runtime {

bool NextParameter(std::string_view& query, std::string_view& parameter) {
  if (query.data() == nullptr) return false;
  const std::size_t end = query.find('&');
  parameter = query.substr(0, end);
  query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
  return true;
}

Text ParameterName(std::string_view parameter) {
  return EncodedText(parameter.substr(0, parameter.find('=')));
}

std::optional<Text> FindParameter(std::string_view query, std::string_view name) {
  std::string_view parameter;
  while (NextParameter(query, parameter)) {
    if (parameter.empty() || !Equals(ParameterName(parameter), name)) continue;
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) return Text{""};
    return EncodedText(parameter.substr(equals + 1));
  }
  return std::nullopt;
}

std::optional<std::string_view> FindCookie(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    const std::size_t end = field.find(';');
    const std::string_view pair = field.substr(0, end);
    field = end == std::string_view::npos ? std::string_view() : field.substr(end + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (TrimOws(pair.substr(0, equals)) == name) return TrimOws(pair.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace weir::runtime
