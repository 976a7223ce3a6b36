#include "tests/demo/trace.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>

namespace weir::demo {
namespace {

using nlohmann::json;

std::string Text(const json& record, const char* member) {
  auto found = record.find(member);
  if (found == record.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

double Milliseconds(const json& record) {
  for (const char* member : {"latency_ms", "duration_ms"}) {
    if (auto found = record.find(member); found != record.end() && found->is_number()) {
      return found->get<double>();
    }
  }
  return 0;
}

std::string Line(const std::string& who, const json& record, std::size_t depth) {
  std::string what =
      Text(record, "method") + " " + Text(record, "path") + " -> " + Text(record, "status");
  for (const char* member : {"route", "reason", "upstream", "attempts"}) {
    std::string value = Text(record, member);
    if (!value.empty()) what += std::string("  ") + member + " " + value;
  }
  char line[1024];
  std::snprintf(line, sizeof line, "  %s%-*s %8.3f ms  %s", std::string(2 * depth, ' ').c_str(),
                static_cast<int>(28 - 2 * depth), who.c_str(), Milliseconds(record), what.c_str());
  return line;
}

template <class Use>
void ForEachRecord(const std::string& text, const std::string& id, Use use) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.find(id) == std::string::npos) continue;
    json record = json::parse(line, nullptr, false);
    if (!record.is_object()) {
      use(nullptr, line);
    } else if (Text(record, "request_id") == id) {
      use(&record, line);
    }
  }
}

}  // namespace

std::vector<std::string> TraceOf(const std::vector<LogSource>& sources, const std::string& id) {
  std::vector<std::string> lines;
  for (const LogSource& source : sources) {
    std::size_t depth = lines.size();
    ForEachRecord(source.text, id, [&](const json* record, const std::string& line) {
      lines.push_back(record ? Line(source.who, *record, depth) : "  not a JSON record: " + line);
    });
  }
  return lines;
}

int CountRecords(const std::string& text, const std::string& id) {
  int count = 0;
  ForEachRecord(text, id, [&](const json* record, const std::string&) { count += record ? 1 : 0; });
  return count;
}

}  // namespace weir::demo
