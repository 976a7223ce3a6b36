#include "tests/support/shapes/families.h"
#include "tests/support/shapes/text.h"

namespace weir::tests::shapes {
namespace {

std::string OneRoute(const std::string& clauses) {
  return OneGateway("  route r {\n    match path \"/a/**\"\n" + clauses + "    forward api\n  }\n");
}

constexpr std::string_view kPeople =
    "service api { endpoints [127.0.0.1:3001] }\n"
    "jwt people { issuer \"https://login.example.com/\"  keys file \"jwks.json\"  audience \"a\"  "
    "algorithms [ES256]  claims { team string } }\n";

std::string Digest(std::size_t number) {
  std::string hex = std::to_string(number);
  return std::string(64 - hex.size(), 'a') + hex;
}

std::string Keys(std::size_t n) {
  std::string keys(kOneService);
  keys += "api-keys partners {\n  header \"x-api-key\"\n";
  for (std::size_t i = 0; i < n; ++i) {
    keys += With("  consumer c# sha256 \"", i) + Digest(i) + "\"\n";
  }
  return keys + "}\n";
}

}  // namespace

std::string DeniesOfPaths(std::size_t n) {
  return OneRoute(Repeated(n, "    deny when path matches \"/a/b#/**\"\n"));
}
std::string DeniesOfHeaders(std::size_t n) {
  return OneRoute(Repeated(n, "    deny when header.x# == \"1\"\n"));
}
std::string DeniesOfValues(std::size_t n) {
  return OneRoute(Repeated(n, "    deny when header.x == \"v#\"\n"));
}
std::string DeniesOfNetworks(std::size_t n) {
  std::string denies;
  for (std::size_t i = 0; i < n; ++i) {
    denies += "    deny when client.address in [10." + std::to_string(i / 256 % 256) + "." +
              std::to_string(i % 256) + ".0/24]\n";
  }
  return OneRoute(denies);
}
std::string Allows(std::size_t n) {
  return OneRoute(
      Repeated(n, "    allow when path starts-with \"/a/b#\" and header.x-team == \"t#\"\n"));
}

std::string OrLine(std::size_t n) {
  return OneRoute("    deny when " + Repeated(n, "header.x == \"#\"", " or ") + "\n");
}
std::string OrLineOfHeaders(std::size_t n) {
  return OneRoute("    deny when " + Repeated(n, "header.x# == \"1\"", " or ") + "\n");
}
std::string AndLine(std::size_t n) {
  return OneRoute("    deny when " + Repeated(n, "header.x# == \"1\"", " and ") + "\n");
}

std::string Nested(std::size_t n) {
  std::string denies;
  for (std::size_t i = 0; i < n; ++i) {
    std::string condition = "present(header.y)";
    for (std::size_t level = 0; level < 120; ++level) {
      condition = "not (" + With("header.x# == \"1\"", (i + level) % 40) +
                  (level % 2 == 0 ? " or " : " and ") + condition + ")";
    }
    denies += "    deny when " + condition + "\n";
  }
  return OneRoute(denies);
}

std::string InList(std::size_t n) {
  const std::string list = Repeated(n, "\"v#\"", ", ");
  return OneGateway("  route r { match { path \"/a\"  header x in [" + list +
                    "] }  forward api }\n  route s { match path \"/b\"  deny when header.y in [" +
                    list + "]  forward api }\n");
}

std::string LongPatterns(std::size_t n) {
  std::string denies;
  for (std::size_t i = 0; i < n; ++i) {
    std::string words;
    for (std::size_t w = 0; words.size() < 2900; ++w) {
      words += (w == 0 ? "" : "|") + With("word#[a-z]*x", w * 7 + i);
    }
    denies += "    deny when header.x" + std::to_string(i) + " matches ~\"(" + words + ")+\"\n";
  }
  return OneRoute(denies);
}

std::string Claims(std::size_t n) {
  return OneGateway(Repeated(100,
                             "  route r# { match path \"/s#/**\"  deny when header.x == \"#\"  "
                             "forward api }\n")) +
         Repeated(n,
                  "prove \"claim #\" { every request where path matches \"/s#/**\" satisfies "
                  "header.x != \"#\" or not present(header.x) }\n");
}

std::string ClaimsOverRoutes(std::size_t n) {
  return OneGateway(Repeated(n,
                             "  route r# { match path \"/s#/**\"  deny when header.x == \"#\"  "
                             "forward api }\n")) +
         Repeated(10,
                  "prove \"claim #\" { every request where path matches \"/s#/**\" satisfies "
                  "header.x != \"#\" or not present(header.x) }\n");
}

std::string Guarded(std::size_t n) {
  return OneGateway(
      Repeated(n,
               "  route g# { match { path \"/s#/admin/**\"  method [GET, POST] }  authenticate "
               "people  forward api }\n  route o# { match path \"/s#/public/**\"  forward api }\n"),
      kPeople);
}

std::string TokenRules(std::size_t n) {
  return OneGateway(Repeated(n,
                             "  route r# { match path \"/s#/**\"  authenticate people  allow when "
                             "jwt.team == \"t#\"  forward api }\n"),
                    kPeople);
}

std::string Consumers(std::size_t n) {
  return OneGateway("  route r { match path \"/a/**\"  authenticate partners  forward api }\n",
                    Keys(n));
}

std::string ConsumerRules(std::size_t n) {
  return OneGateway("  route r {\n    match path \"/a/**\"\n    authenticate partners\n" +
                        Repeated(n,
                                 "    deny when consumer == \"c#\" and path matches "
                                 "\"/a/b#/**\"\n") +
                        "    forward api\n  }\n",
                    Keys(n));
}

}  // namespace weir::tests::shapes
