#include "tests/support/shapes/families.h"
#include "tests/support/shapes/text.h"

namespace weir::tests::shapes {
namespace {

std::string Name(std::size_t layer, std::size_t place) {
  return "s" + std::to_string(layer) + "x" + std::to_string(place);
}

std::string Service(const std::string& name, std::size_t number) {
  return "service " + name + " { endpoints [10.1." + std::to_string(number / 250 % 250) + "." +
         std::to_string(number % 250 + 1) + ":3001]";
}

std::string Layered(std::size_t n, bool cycle) {
  std::string text = "retry twice { attempts 2 }\n";
  for (std::size_t layer = 0; layer < n; ++layer) {
    for (std::size_t place = 0; place < 3; ++place) {
      text += Service(Name(layer, place), layer * 3 + place);
      for (std::size_t next = 0; next < 3 && layer + 1 < n; ++next) {
        text += "  calls " + Name(layer + 1, next);
      }
      if (cycle && layer + 1 == n && place == 0) text += "  calls " + Name(0, 0);
      text += " }\n";
    }
  }
  return OneGateway("  route r { retry twice  forward s0x0 }\n", text) +
         "prove \"tries\" { amplification of " + Name(n - 1, 0) + " <= 2 }\n";
}

}  // namespace

std::string Layers(std::size_t n) { return Layered(n, false); }
std::string LayersInACycle(std::size_t n) { return Layered(n, true); }

std::string AllCallAll(std::size_t n) {
  std::string text;
  for (std::size_t i = 0; i < n; ++i) {
    text += Service(Name(0, i), i) + "  call-depth 2";
    for (std::size_t j = 0; j < n; ++j) {
      if (j != i) text += "  calls " + Name(0, j);
    }
    text += " }\n";
  }
  return OneGateway("  route r { forward s0x0 }\n", text) +
         "prove \"tries\" { amplification of every service <= 2 }\n";
}

std::string Fan(std::size_t n) {
  std::string text;
  for (std::size_t i = 0; i < n; ++i) {
    text += Service(Name(0, i), i);
    for (std::size_t j = 0; j < n; ++j) text += "  calls " + Name(1, j);
    text += " }\n" + Service(Name(1, i), n + i) + " }\n";
  }
  return OneGateway(Repeated(n, "  route r# { match path \"/s#\"  forward s0x# }\n"), text) +
         "prove \"tries\" { amplification of every service <= 2 }\n";
}

std::string GatewayChain(std::size_t n) {
  std::string text = "retry twice { attempts 2 }\n";
  for (std::size_t i = 0; i < n; ++i) {
    const std::string number = std::to_string(i), port = std::to_string(20000 + i);
    for (const std::string side : {"a", "b"}) {
      text += "service " + side + number + " { endpoints [10.2.0." + std::to_string(i + 1) + ":" +
              port + "] }\n";
    }
    text += "gateway g" + number + " {\n  listen http 10.2.0." + std::to_string(i) + ":" +
            std::to_string(20000 + i - 1) + "\n  retry twice\n  route a { match path \"/a\"  " +
            "forward a" + number + " }\n  route b { forward b" + number + " }\n}\n";
  }
  return text + "prove \"tries\" { amplification of every service <= 2 }\n";
}

std::string GatewayRoutes(std::size_t n) {
  std::string before = "gateway before {\n  listen http 10.2.0.1:8080\n";
  std::string behind = "gateway behind {\n  listen http 10.2.0.2:8080\n";
  for (std::size_t i = 0; i < n; ++i) {
    const std::string number = std::to_string(i);
    const std::string route = " { match path \"/api/" + number + "\"  forward ";
    before += "  route to" + number + route + "behind }\n";
    behind += "  route at" + number + route + "app }\n";
  }
  return "service behind { endpoints [10.2.0.2:8080] }\nservice app { endpoints [10.2.0.3:80] }\n" +
         before + "}\n" + behind + "}\n";
}

}  // namespace weir::tests::shapes
