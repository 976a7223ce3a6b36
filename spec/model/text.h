// Octet strings, the slow and plain way.
#ifndef WEIR_SPEC_MODEL_TEXT_H_
#define WEIR_SPEC_MODEL_TEXT_H_

#include <optional>
#include <string>
#include <vector>

namespace weir::model {

std::string Lower(std::string text);
std::string Trim(const std::string& text);  // spaces and tabs at both ends
std::vector<std::string> Split(const std::string& text, char separator);
std::string Join(const std::vector<std::string>& parts, const std::string& separator);

// The elements of a comma-separated list: trimmed, empty ones dropped.
std::vector<std::string> ListElements(const std::string& value);

bool IsToken(const std::string& text);       // RFC 9110 5.6.2
bool IsFieldValue(const std::string& text);  // no control octet but HTAB
bool IsUnreserved(char octet);               // RFC 3986 2.3
std::optional<int> HexValue(char digit);
std::string Escape(char octet);  // "%2F"

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_TEXT_H_
