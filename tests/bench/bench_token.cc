// Writes a fresh key set to the file named and prints a token it verifies:
// what the benchmark of the whole policy chain sends.
#include <cstdio>
#include <ctime>
#include <fstream>

#include "tests/support/token.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: weir-bench-token JWKS-FILE\n");
    return 2;
  }
  auto key = weir::test::SigningKey::Es256("bench");
  std::ofstream(argv[1]) << weir::test::KeySet({&key});
  std::string token = key.Sign(
      R"({"iss":"https://yourapp.eu.auth0.com/","aud":"api","sub":"user-456","scope":"users:read","exp":)" +
      std::to_string(static_cast<long long>(std::time(nullptr)) + 86400) + "}");
  std::printf("%s\n", token.c_str());
}
