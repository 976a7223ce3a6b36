// The demo that ./run shows: a compiled policy enforced by a gateway and a
// sidecar in front of five services, on real requests sent by curl.
//
//   weir-demo --policy shop.weir --tables build/demo [--serve]
//
// Every answer is held against the reference model; exit 0 only when each is
// one that the model allows, and each step shows what it is there to show.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "dsl/resolve/load.h"
#include "tests/demo/judge.h"
#include "tests/demo/process.h"
#include "tests/demo/scenario.h"
#include "tests/demo/trace.h"
#include "tests/support/token.h"

namespace weir::demo {
namespace {

constexpr int kGatewayPort = 8080;
constexpr int kGatewayAdmin = 9901;
constexpr int kSidecarPort = 15006;
constexpr int kSidecarAdmin = 9902;

struct Application {
  const char* name;
  int port;
};
constexpr Application kApplications[] = {{"user-service", 3001},
                                         {"order-service", 3002},
                                         {"payment-service", 3003},
                                         {"dashboard", 3004},
                                         {"marketplace", 3005}};

struct Options {
  std::string policy, tables, programs;
  bool serve = false;
};

// The whole of request-flow: applications, sidecar, gateway.
class Stage {
 public:
  explicit Stage(const Options& options) : options_(options) {
    for (int port : {kGatewayPort, kGatewayAdmin, kSidecarPort, kSidecarAdmin}) RequireFree(port);
    for (const Application& application : kApplications) RequireFree(application.port);
    for (const Application& application : kApplications)
      services_.push_back(StartService(application));
    sidecar_ = StartProxy("user-service", kSidecarAdmin, kSidecarPort);
    gateway_ = StartProxy("edge", kGatewayAdmin, kGatewayPort);
  }

  // The order service ends as a crashed process does.
  void KillOrders() {
    Send({"POST", "localhost", 3002, "/_demo/die", {}});
    if (!services_[1]->Ended(5)) throw std::runtime_error("order-service does not end");
  }

  void StartOrders() { services_[1] = StartService(kApplications[1]); }

  // What the gateway said of its breakers, one line each.
  std::vector<std::string> BreakerTurns() const {
    std::vector<std::string> turns;
    std::istringstream log(ReadWhole(options_.tables + "/proxy-edge.err"));
    for (std::string line; std::getline(log, line);) {
      if (const auto at = line.find("breaker "); at != std::string::npos)
        turns.push_back(line.substr(at));
    }
    return turns;
  }

  std::vector<LogSource> Logs() const {
    return {{"gateway edge", gateway_->Output()},
            {"sidecar user-service", sidecar_->Output()},
            {"user-service", services_[0]->Output()}};
  }

 private:
  static void RequireFree(int port) {
    if (PortAnswers(port)) {
      throw std::runtime_error("port " + std::to_string(port) +
                               " of 127.0.0.1 is in use; the demo needs it");
    }
  }
  std::unique_ptr<Process> Start(std::vector<std::string> command, const std::string& log,
                                 int port) {
    command[0] = options_.programs + "/" + command[0];
    auto process = std::make_unique<Process>(std::move(command), options_.tables + "/" + log);
    process->AwaitPort(port);
    return process;
  }
  std::unique_ptr<Process> StartService(const Application& application) {
    return Start({"weir-demo-service", "--name", application.name, "--port",
                  std::to_string(application.port)},
                 application.name, application.port);
  }
  std::unique_ptr<Process> StartProxy(const std::string& name, int admin, int port) {
    return Start({"weir-proxy", "--table", options_.tables + "/" + name + ".weirt", "--workers",
                  "2", "--admin", "127.0.0.1:" + std::to_string(admin)},
                 "proxy-" + name, port);
  }

  Options options_;
  std::vector<std::unique_ptr<Process>> services_;
  std::unique_ptr<Process> sidecar_, gateway_;
};

std::string MintFor(const test::SigningKey& key, const std::string& members) {
  auto now = static_cast<long long>(std::time(nullptr));
  return key.Sign(R"({"iss":"https://yourapp.eu.auth0.com/","aud":"api","iat":)" +
                  std::to_string(now) + R"(,"exp":)" + std::to_string(now + 600) + "," + members +
                  "}");
}

// Sends one step, prints it and says what is wrong with the answer, or nothing.
std::string Play(const Step& step, const std::string& id, const Judge& judge, Stage& stage) {
  std::printf("\n== %s\n   %s\n", step.title.c_str(), CommandLine(step.request).c_str());
  if (step.before == Step::Before::kKillOrders) stage.KillOrders();
  if (step.before == Step::Before::kStartOrders) stage.StartOrders();
  std::this_thread::sleep_for(std::chrono::milliseconds(step.wait_ms));
  Received answer;
  std::string sent;  // the id of the last request
  for (int i = 0; i < step.times; ++i) {
    Sent request = step.request;
    sent = id + "-" + std::to_string(i);
    request.headers.emplace_back("x-request-id", sent);
    answer = Send(request);
    std::string reason = answer.Header("x-weir-reason");
    bool allowed = false;
    for (const Allowed& candidate : judge.AllowedAnswers(request, step.identity, step.up)) {
      allowed |= candidate.status == answer.status &&
                 (candidate.reason == reason || (reason.empty() && candidate.reason == "ok"));
      if (candidate.path.empty() || answer.status != 200) continue;
      auto body = nlohmann::json::parse(answer.body, nullptr, false);
      if (!body.is_object() || body.value("path", "") != candidate.path) {
        return "the service saw another path than the model forwards";
      }
    }
    if (!allowed) {
      return "the model does not allow " + std::to_string(answer.status) + " " + reason;
    }
    if (i + 1 < step.times && answer.status == step.status) break;
  }
  std::printf("   -> %d  %s", answer.status, answer.Header("x-weir-reason").c_str());
  if (!step.must_have.empty()) {
    std::printf("  (%s: %s)", step.must_have.c_str(), answer.Header(step.must_have).c_str());
  }
  std::printf("\n");
  if (!step.reason.empty() && answer.Header("x-weir-reason") != step.reason) {
    return "expected the reason " + step.reason;
  }
  if (answer.status != step.status) return "expected " + std::to_string(step.status);
  if (!step.must_have.empty() && answer.Header(step.must_have).empty()) {
    return "the header " + step.must_have + " is missing";
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // the logs are written in batches
  std::vector<LogSource> logs = stage.Logs();
  for (const std::string& line : TraceOf(logs, sent)) std::printf("%s\n", line.c_str());
  if (step.whole_trace) {
    for (const LogSource& log : logs) {
      if (CountRecords(log.text, sent) != 1) return log.who + " did not log it exactly once";
    }
  }
  return {};
}

void PrintEvidence(const Stage& stage) {
  std::printf("\n== the gateway's access log\n");
  std::istringstream log(stage.Logs()[0].text);
  for (std::string line; std::getline(log, line);) {
    // Of the thirty requests that ran into the limit, the first and the last will do.
    if (line.find("\"demo-3-") != std::string::npos &&
        line.find("\"demo-3-0\"") == std::string::npos && line.find("429") == std::string::npos) {
      continue;
    }
    std::printf("%s\n", line.c_str());
  }
  std::printf("\n== the gateway's metrics of these requests\n");
  std::istringstream metrics(Send({"GET", "localhost", kGatewayAdmin, "/metrics", {}}).body);
  for (std::string line; std::getline(metrics, line);) {
    if (line.find("requests_total{") != std::string::npos || line.starts_with("weir_breaker_"))
      std::printf("%s\n", line.c_str());
  }
}

// The breaker's whole life, as the gateway tells it: whether it is the one the steps led it
// through.
bool PrintBreaker(const Stage& stage) {
  std::printf("\n== the gateway on its breaker\n");
  const std::vector<std::string> turns = stage.BreakerTurns();
  for (const std::string& turn : turns) std::printf("%s\n", turn.c_str());
  const char* const kLife[] = {"is open", "is half-open", "is open", "is half-open", "is closed"};
  bool right = turns.size() == std::size(kLife);
  for (std::size_t i = 0; right && i < turns.size(); ++i)
    right = turns[i].find(kLife[i]) != std::string::npos;
  if (!right) std::printf("   WRONG: expected it to open, fail a probe, pass one and close\n");
  return right;
}

int Run(const Options& options) {
  dsl::LoadResult loaded = dsl::Load(options.policy);
  if (!loaded.policy) throw std::runtime_error(options.policy + " does not load; see weir lint");
  test::SigningKey key = test::SigningKey::Es256("demo");
  std::ofstream(options.tables + "/jwks.json") << test::KeySet({&key});

  Stage stage(options);
  Judge judge(*loaded.policy, "edge");
  std::vector<Step> steps =
      ShopScenario(kGatewayPort, [&](const std::string& members) { return MintFor(key, members); });
  int failures = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    std::string wrong = Play(steps[i], "demo-" + std::to_string(i), judge, stage);
    if (wrong.empty()) continue;
    std::printf("   WRONG: %s\n", wrong.c_str());
    ++failures;
  }
  PrintEvidence(stage);
  failures += !PrintBreaker(stage);
  std::printf("\n%zu steps, %d of them wrong\n", steps.size(), failures);
  if (options.serve && failures == 0) {
    std::printf(
        "Serving on http://127.0.0.1:%d, metrics on http://127.0.0.1:%d/metrics, until "
        "Ctrl-C. A token for an hour's play:\n%s\n",
        kGatewayPort, kGatewayAdmin, MintFor(key, R"("sub":"you","scope":"users:read")").c_str());
    std::fflush(stdout);
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    int signal = 0;
    sigwait(&stop, &signal);
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace weir::demo

int main(int argc, char** argv) {
  weir::demo::Options options;
  options.programs = std::filesystem::canonical("/proc/self/exe").parent_path();
  for (int i = 1; i < argc; ++i) {
    std::string option = argv[i];
    if (option == "--policy" && i + 1 < argc) {
      options.policy = argv[++i];
    } else if (option == "--tables" && i + 1 < argc) {
      options.tables = argv[++i];
    } else if (option == "--serve") {
      options.serve = true;
    }
  }
  if (options.policy.empty() || options.tables.empty()) {
    std::fprintf(stderr, "usage: weir-demo --policy FILE --tables DIR [--serve]\n");
    return 2;
  }
  // Blocked here and taken by sigwait, so that the children are always ended.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  if (options.serve) sigprocmask(SIG_BLOCK, &stop, nullptr);
  try {
    return weir::demo::Run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir-demo: %s\n", error.what());
    return 2;
  }
}
