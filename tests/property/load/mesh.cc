#include "tests/property/load/mesh.h"

#include <set>
#include <stdexcept>
#include <utility>

#include "dsl/resolve/load.h"
#include "dsl/source/render.h"

namespace weir::testing {
namespace {

using fuzz::Choices;

struct Proxy {
  std::uint32_t machine = 0;
  std::string address;   // of its listener, or of a sidecar's inbound
  std::string outbound;  // of a sidecar's outbound
};

std::string On(std::uint32_t machine, std::uint32_t last) {
  return "10.0." + std::to_string(machine) + "." + std::to_string(last);
}

class Writer {
 public:
  explicit Writer(Choices& choices) : choices_(choices) {}

  Mesh Write() {
    Place();
    for (std::uint32_t r = 0; r < 2; ++r) text_ += Retry("r" + std::to_string(r));
    for (std::uint32_t s = 0; s < services_; ++s) WriteService(s);
    std::vector<std::uint32_t> machines;
    for (std::uint32_t g = 0; g < gateways_.size(); ++g) {
      WriteGateway(g);
      machines.push_back(gateways_[g].machine);
    }
    for (std::uint32_t s = 0; s < sidecars_.size(); ++s) {
      WriteSidecar(s);
      machines.push_back(sidecars_[s].machine);
    }
    return MeshOf(text_, std::move(machines));
  }

 private:
  std::uint32_t Below(std::uint32_t n) { return choices_.Below(n); }

  // A listener of a machine, at a port that nobody else there has.
  std::string Listen(std::uint32_t machine) {
    std::uint32_t port = 8080 + Below(3);
    while (!taken_.insert({machine, port}).second) ++port;
    const std::string own = On(machine, 1);
    const std::string address =
        choices_.Of({"127.0.0.1", "0.0.0.0", "own", "own", "own", "[::]", "[::1]"});
    return (address == "own" ? own : address) + ":" + std::to_string(port);
  }

  void Place() {
    machines_ = 1 + Below(3);
    services_ = 2 + Below(4);
    for (std::uint32_t g = 1 + Below(3); g > 0; --g) {
      Proxy proxy;
      proxy.machine = Below(machines_);
      proxy.address = Listen(proxy.machine);
      gateways_.push_back(proxy);
    }
    for (std::uint32_t s = Below(std::min(services_, 3u)); s > 0; --s) {
      Proxy proxy;
      proxy.machine = Below(machines_);
      proxy.address = Listen(proxy.machine);
      proxy.outbound = Listen(proxy.machine);
      sidecars_.push_back(proxy);
    }
  }

  std::string Retry(const std::string& name) {
    std::string text = "retry " + name + " { attempts " + std::to_string(1 + Below(4)) +
                       " on [5xx] budget " + choices_.Of({"0", "20", "50", "100"}) + "% minimum " +
                       std::to_string(Below(5));
    if (choices_.Chance(25)) text += " hedge 1s";
    if (choices_.Chance(20)) text += " per-try 2s";
    return text + " }\n";
  }

  // Where one can connect to a listener at `address` of `machine`.
  std::string Towards(const Proxy& proxy) {
    const std::size_t colon = proxy.address.rfind(':');
    const std::string host = proxy.address.substr(0, colon), port = proxy.address.substr(colon);
    if (host == "0.0.0.0") {
      const std::string one = choices_.Of({"127.0.0.1", "own", "[::ffff:127.0.0.1]", "0.0.0.0"});
      return (one == "own" ? On(proxy.machine, 1 + Below(3)) : one) + port;
    }
    return (host == "[::]" ? "[::1]" : host) + port;
  }

  // The endpoints, and the first gateway that is behind them.
  void WriteService(std::uint32_t s) {
    std::uint32_t front = kNoFront;
    const bool sidecar = s < sidecars_.size();
    const std::uint32_t machine = sidecar ? sidecars_[s].machine : Below(machines_);
    std::string endpoints;
    for (std::uint32_t i = choices_.Chance(20) ? 2 : 1; i > 0; --i) {
      std::string endpoint;
      if (sidecar && choices_.Chance(60)) {
        endpoint = Towards(sidecars_[s]);
      } else if (!sidecar && choices_.Chance(50)) {
        front = Below(static_cast<std::uint32_t>(gateways_.size()));
        endpoint = Towards(gateways_[front]);
      } else {
        const std::string port = std::to_string(3000 + Below(3));
        endpoint = (choices_.Chance(30) ? "127.0.0.1:" : On(machine, 2 + Below(2)) + ":") + port;
      }
      if (endpoints.ends_with(endpoint.substr(endpoint.rfind(':')))) continue;  // none twice
      endpoints += (endpoints.empty() ? "" : ", ") + endpoint;
    }
    endpoints = "[" + endpoints + "]";
    if (!sidecar && choices_.Chance(15)) {
      front = kNoFront;
      endpoints =
          "dns \"" + choices_.Of({"localhost:8080", "localhost:3000", "app.internal:80"}) + "\"";
    }
    fronts_.push_back(front);
    text_ += "service s" + std::to_string(s) + " { endpoints " + endpoints;
    if (choices_.Chance(35)) {
      const std::uint32_t callee = choices_.Chance(90) ? s + 1 : Below(services_);
      if (callee < services_ && callee != s)
        text_ += "  calls s" + std::to_string(callee) + " up to " + std::to_string(1 + Below(3));
    }
    if (choices_.Chance(25)) text_ += "  call-depth " + std::to_string(1 + Below(2));
    text_ += " }\n";
  }

  // Mostly a service that leads no way back.
  std::string Target(std::uint32_t g) {
    std::uint32_t service = Below(services_);
    for (int tries = 0; tries < 8; ++tries) {
      if (fronts_[service] == kNoFront || fronts_[service] > g) break;
      service = Below(services_);
    }
    return "s" + std::to_string(service);
  }

  std::string Again() {
    return choices_.Chance(75) ? " retry " + choices_.Of({"r0", "r0", "r1"}) : "";
  }

  std::string HostAndProcesses(const Proxy& proxy) {
    std::string text;
    if (choices_.Chance(60)) text += "  host \"m" + std::to_string(proxy.machine) + "\"\n";
    if (choices_.Chance(25)) text += "  processes " + std::to_string(1 + Below(3)) + "\n";
    return text;
  }

  void WriteGateway(std::uint32_t g) {
    const Proxy& proxy = gateways_[g];
    text_ += "gateway g" + std::to_string(g) + " {\n  listen http " + proxy.address + "\n" +
             HostAndProcesses(proxy);
    const std::uint32_t routes = 1 + Below(3);
    for (std::uint32_t r = 0; r < routes; ++r) {
      text_ += "  route r" + std::to_string(r) + " {";
      if (r + 1 < routes || choices_.Chance(30))
        text_ += std::string(" match path \"") + (r == 0 ? "/a" : "/b") + "\"";
      if (choices_.Chance(15)) text_ += " request { rewrite \"/b\" }";
      text_ += Again();
      if (choices_.Chance(30)) text_ += " timeout " + choices_.Of({"none", "3s"});
      if (choices_.Chance(20)) text_ += " mirror " + Target(g);
      const std::string first = Target(g), second = Target(g);
      text_ += choices_.Chance(20) && first != second
                   ? " forward { " + first + " weight 1  " + second + " weight 2 }"
                   : " forward " + first;
      text_ += " }\n";
    }
    text_ += "}\n";
  }

  void WriteSidecar(std::uint32_t s) {
    const Proxy& proxy = sidecars_[s];
    text_ += "sidecar s" + std::to_string(s) + " {\n" + HostAndProcesses(proxy) +
             "  inbound { listen http " + proxy.address +
             (choices_.Chance(40) ? " intercept" : "") + Again() +
             " forward 127.0.0.1:" + std::to_string(3100 + s) + " }\n";
    const std::uint32_t other = choices_.Chance(90) ? s + 1 : Below(services_);
    if (other < services_ && other != s && choices_.Chance(80)) {
      text_ += "  outbound s" + std::to_string(other) + " { listen http " + proxy.outbound +
               Again() + " }\n";
    }
    text_ += "}\n";
  }

  static constexpr std::uint32_t kNoFront = 0xffffffff;
  Choices& choices_;
  std::string text_;
  std::uint32_t machines_ = 1, services_ = 0;
  std::vector<Proxy> gateways_, sidecars_;
  std::vector<std::uint32_t> fronts_;  // by service: the gateway behind it
  std::set<std::pair<std::uint32_t, std::uint32_t>> taken_;
};

}  // namespace

Mesh MeshOf(const std::string& text, std::vector<std::uint32_t> machines) {
  dsl::LoadResult loaded = dsl::LoadText("mesh.weir", text);
  if (!loaded.policy)
    throw std::runtime_error(dsl::Render(loaded.diagnostics, loaded.sources) + text);
  return {text, std::move(machines), std::move(*loaded.policy)};
}

Mesh RandomMesh(Choices& choices) { return Writer(choices).Write(); }

Mesh RandomChain(Choices& choices) {
  const std::uint32_t gateways = 1 + choices.Below(3);
  const bool sidecar = choices.Chance(40);
  std::string text;
  std::vector<std::uint32_t> machines;
  for (std::uint32_t g = 0; g < gateways; ++g) {
    const std::string number = std::to_string(g), next = "s" + std::to_string(g + 1);
    const bool last = g + 1 == gateways;
    text += "retry r" + number + " { attempts " + std::to_string(1 + choices.Below(4)) +
            " on [5xx] budget " + choices.Of({"0", "10", "20", "50"}) + "% minimum " +
            std::to_string(1 + choices.Below(4)) + " }\n";
    text +=
        "service " + next + " { endpoints [" +
        (last && sidecar && choices.Chance(50) ? On(g + 1, 1) + ":15006" : On(g + 1, 1) + ":8080") +
        "]";
    if (last && sidecar) text += "  calls leaf up to " + std::to_string(1 + choices.Below(3));
    text += " }\n";
    text += "gateway g" + number + " { listen http " + On(g, 1) + ":8080  host \"m" + number +
            "\"\n  route all { retry r" + number + " timeout none forward " + next + " }\n}\n";
    machines.push_back(g);
  }
  if (sidecar) {
    const std::string service = "s" + std::to_string(gateways);
    text += "service leaf { endpoints [10.0.9.1:3000] }\nsidecar " + service + " { host \"m" +
            std::to_string(gateways) + "\"\n  inbound { listen http " + On(gateways, 1) +
            ":15006 intercept retry r0 timeout none forward 127.0.0.1:3000 }\n" +
            "  outbound leaf { listen http 127.0.0.1:15001 retry r0 timeout none }\n}\n";
    machines.push_back(gateways);
  }
  return MeshOf(text, std::move(machines));
}

std::uint32_t MachineOf(const syntax::Address& address) {
  return address.octets[12] == 10 && address.octets[10] == 0xff ? address.octets[14] : kSendersOwn;
}

}  // namespace weir::testing
