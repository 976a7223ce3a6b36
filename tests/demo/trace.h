// The way of one request, put together from the JSON logs it left behind.
#ifndef WEIR_TESTS_DEMO_TRACE_H_
#define WEIR_TESTS_DEMO_TRACE_H_

#include <string>
#include <vector>

namespace weir::demo {

// One process's log, and who it is in the trace.
struct LogSource {
  std::string who;   // "gateway edge"
  std::string text;  // JSON, one record a line
};

// The records of a request id, one line each in the order of the sources:
// who, what it decided and why, and its time. Records that are not JSON
// objects are an error, given as a line that says so.
std::vector<std::string> TraceOf(const std::vector<LogSource>& sources, const std::string& id);

// How many records in `text` bear this request id.
int CountRecords(const std::string& text, const std::string& id);

}  // namespace weir::demo

#endif  // WEIR_TESTS_DEMO_TRACE_H_
