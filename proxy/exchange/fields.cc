#include "proxy/exchange/fields.h"

#include <time.h>

#include <algorithm>
#include <array>

#include "runtime/base/ascii.h"
#include "runtime/base/field_classes.h"

namespace weir::proxy {
namespace {

using runtime::Field;

bool Names(std::string_view list, std::string_view lower_name) {
  for (std::string_view item; NextElement(list, item);) {
    if (EqualsLower(item, lower_name)) return true;
  }
  return false;
}

}  // namespace

void CopyEndToEnd(std::span<const Field> fields, std::vector<Field>& out, std::string& names) {
  out.clear();
  names.clear();
  std::size_t size = 0;
  bool connection = false;
  for (const Field& field : fields) {
    size += field.name.size();
    connection |= EqualsLower(field.name, "connection");
  }
  names.resize(size);
  char* at = names.data();
  for (const Field& field : fields) {
    const std::string_view name(at, field.name.size());
    at = std::ranges::transform(field.name, at, ToLower).out;
    if (!kNeverFromUpstreams.Has(name)) out.push_back({name, field.value});
  }
  if (!connection) return;
  for (const Field& field : fields) {
    if (!EqualsLower(field.name, "connection")) continue;
    std::erase_if(out, [&](const Field& kept) { return Names(field.value, kept.name); });
  }
}

std::string_view HttpDate(std::int64_t unix_ms) {
  thread_local std::int64_t known = -1;
  thread_local std::array<char, 40> text{};
  thread_local std::size_t size = 0;
  const std::int64_t second = unix_ms / 1000;
  if (second != known) {
    const time_t time = static_cast<time_t>(second);
    tm parts{};
    ::gmtime_r(&time, &parts);
    size = ::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    known = second;
  }
  return {text.data(), size};
}

std::string_view TraceId(const runtime::CanonicalRequest& request) {
  if (const runtime::Header* parent = request.Find("traceparent");
      parent != nullptr && parent->value.size() == 55 && parent->value.starts_with("00-")) {
    return parent->value.substr(3, 32);
  }
  const runtime::Header* b3 = request.Find("x-b3-traceid");
  return b3 != nullptr && b3->value.size() <= 32 ? b3->value : std::string_view();
}

}  // namespace weir::proxy
