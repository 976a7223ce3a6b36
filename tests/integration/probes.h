// Probes of framing, smuggling and paths: what a client sends, and what has to
// come of it. Each is sent with an innocent request right behind it.
#ifndef WEIR_TESTS_INTEGRATION_PROBES_H_
#define WEIR_TESTS_INTEGRATION_PROBES_H_

#include <string>
#include <vector>

namespace weir::tests {

enum class Fate {
  kForwarded,   // the upstream gets it, once, as `target` with `body`; 200; the next is served
  kLast,        // the same, but the connection closes before the next
  kAnswered,    // the gateway answers `status`; the upstream gets nothing; the next is served
  kRefused,     // as above, but the connection closes before the next
  kBrokenBody,  // no whole request reaches the upstream, and the connection closes
  kCutShort,    // the client ends within it: no whole request reaches the upstream
};

struct Probe {
  std::string octets;
  Fate fate = Fate::kRefused;
  int status = 400;    // of kAnswered and kRefused; 0: any from 400 on
  std::string target;  // of kForwarded and kLast
  std::string body;
};

std::vector<Probe> LineProbes();
std::vector<Probe> FramingProbes();
std::vector<Probe> ChunkProbes();
std::vector<Probe> FieldProbes();
std::vector<Probe> HostProbes();
std::vector<Probe> PathProbes();
std::vector<Probe> LimitProbes();

// A raw answer of an upstream. The client gets `status`, and one strict answer.
struct AnswerProbe {
  std::string octets;
  bool close = false;
  int status = 200;
  std::string body;
};
std::vector<AnswerProbe> AnswerProbes();

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_PROBES_H_
