// Requests of the demo, sent by the real curl.
#ifndef WEIR_TESTS_DEMO_CLIENT_H_
#define WEIR_TESTS_DEMO_CLIENT_H_

#include <string>
#include <utility>
#include <vector>

namespace weir::demo {

struct Sent {
  std::string method = "GET";
  std::string host;
  int port = 0;
  std::string path;  // with the query
  std::vector<std::pair<std::string, std::string>> headers;
};

struct Received {
  int status = 0;                                            // 0: no answer
  std::vector<std::pair<std::string, std::string>> headers;  // lower-case names
  std::string body;
  // The header's value, or "".
  std::string Header(const std::string& name) const;
};

Received Send(const Sent& request);
// The command line that does the same; tokens are cut short.
std::string CommandLine(const Sent& request);

}  // namespace weir::demo

#endif  // WEIR_TESTS_DEMO_CLIENT_H_
