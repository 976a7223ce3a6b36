// A client that reads answers whole, and what a proxy says of itself as numbers.
#ifndef WEIR_TESTS_INTEGRATION_CLIENT_H_
#define WEIR_TESTS_INTEGRATION_CLIENT_H_

#include <cstdint>
#include <string>

#include "tests/integration/running_proxy.h"
#include "tests/integration/scripted_upstream.h"

namespace weir::tests {

inline constexpr const char* kEnd = "\r\n\r\n";

struct Answer {
  int status = 0;      // 0: none came
  bool whole = false;  // head and body, to the end that its framing says
  std::string head, body;

  std::string Field(const std::string& name) const;  // its first value; "": none
  std::string reason() const { return Field("x-weir-reason"); }
};

// The next answer on the connection, interim ones left out.
Answer ReadAnswer(Peer& peer);

// One request on a connection of its own. `more`: fields, each with its line's
// end, and after an empty line the body. Without one the head ends here.
Answer Ask(const RunningProxy& proxy, const std::string& method, const std::string& path,
           const std::string& more = "");
inline Answer Get(const RunningProxy& proxy, const std::string& path = "/x",
                  const std::string& more = "") {
  return Ask(proxy, "GET", path, more);
}
// A POST with a body and its length.
Answer Post(const RunningProxy& proxy, const std::string& path, const std::string& body);
std::string PostText(const std::string& path, const std::string& body);

// The sample of that name, labels included; -1: there is none.
//   Metric(proxy, "weir_pool_pending{service=\"app\"}")
std::int64_t Metric(RunningProxy& proxy, const std::string& sample);
// The sum of all samples whose line begins so and holds `part`.
std::int64_t MetricSum(RunningProxy& proxy, const std::string& begin, const std::string& part = "");

// What a head says of its body; 0: nothing.
std::size_t LengthOf(const std::string& head);

// "200 OK" with a body, in one write.
std::string Ok(const std::string& body, const std::string& fields = "");

// A member of a log record as it is written: LogField(line, "attempts") == "2".
std::string LogField(const std::string& line, const std::string& name);

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_CLIENT_H_
