// What an endpoints file may say, and what is said about one that may not.
#include "proxy/upstream/endpoints_file.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::proxy::upstream {
namespace {

std::string File(const std::string& endpoints) { return "{\"endpoints\": [" + endpoints + "]}"; }
std::string ErrorOf(const std::string& text) {
  const auto read = ParseEndpoints(text);
  return read ? "none" : read.error();
}

TEST(EndpointsFile, SaysHostsWithTheirDefaults) {
  const auto read = ParseEndpoints(File(R"({"address": "10.0.0.7:8080"},
              {"ready": false, "zone": "eu-1", "weight": 0, "address": "[2001:db8::1]:443"})"));
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(net::ToString((*read)[0].address), "10.0.0.7:8080");
  EXPECT_EQ((*read)[0].weight, 1u);
  EXPECT_EQ((*read)[0].zone, "");
  EXPECT_TRUE((*read)[0].ready);
  EXPECT_EQ(net::ToString((*read)[1].address), "[2001:db8::1]:443");
  EXPECT_EQ((*read)[1].weight, 0u);
  EXPECT_EQ((*read)[1].zone, "eu-1");
  EXPECT_FALSE((*read)[1].ready);
  EXPECT_TRUE(ParseEndpoints(File(""))->empty());
}

TEST(EndpointsFile, WhatIsNoSuchObjectIsSaid) {
  for (const char* text : {"", "{", "[]", "null", "{\"endpoints\": []} x", "{\"endpoints\": [],}",
                           "{\"endpoints\": [], \"endpoints\": []}", "\xff", "{'endpoints': []}"}) {
    EXPECT_EQ(ErrorOf(text), "it is not one JSON object") << text;
  }
  for (const char* text :
       {"{}", "{\"endpoints\": {}}", "{\"hosts\": []}", "{\"endpoints\": [], \"version\": 1}"}) {
    EXPECT_EQ(ErrorOf(text), "its one member is not a list \"endpoints\"") << text;
  }
}

TEST(EndpointsFile, WhatIsWrongWithAnEndpointIsSaidWithItsPlace) {
  const std::string good = R"({"address": "127.0.0.1:1"}, )";
  const struct {
    const char *endpoint, *error;
  } cases[] = {
      {R"("127.0.0.1:80")", "endpoint 2: it is no object"},
      {R"({"weight": 1})", "endpoint 2: it has no \"address\""},
      {R"({"address": 80})", "endpoint 2: \"address\" is not a literal ADDRESS:PORT"},
      {R"({"address": "localhost:80"})", "endpoint 2: \"address\" is not a literal ADDRESS:PORT"},
      {R"({"address": "127.0.0.1"})", "endpoint 2: \"address\" is not a literal ADDRESS:PORT"},
      {R"({"address": "127.0.0.1:0"})", "endpoint 2: \"address\" is not a literal ADDRESS:PORT"},
      {R"({"address": "127.0.0.1:65536"})",
       "endpoint 2: \"address\" is not a literal ADDRESS:PORT"},
      {R"({"address": "127.0.0.1:2", "weight": 1000001})",
       "endpoint 2: \"weight\" is not 0 to 1000000"},
      {R"({"address": "127.0.0.1:2", "weight": -1})", "endpoint 2: \"weight\" is not 0 to 1000000"},
      {R"({"address": "127.0.0.1:2", "weight": 1.5})",
       "endpoint 2: \"weight\" is not 0 to 1000000"},
      {R"({"address": "127.0.0.1:2", "weight": "1"})",
       "endpoint 2: \"weight\" is not 0 to 1000000"},
      {R"({"address": "127.0.0.1:2", "zone": 1})", "endpoint 2: \"zone\" is no string"},
      {R"({"address": "127.0.0.1:2", "ready": 1})",
       "endpoint 2: \"ready\" is neither true nor false"},
      {R"({"address": "127.0.0.1:2", "port": 1})",
       "endpoint 2: \"port\" is no member of an endpoint"},
      {R"({"address": "127.0.0.1:1"})", "endpoint 2: 127.0.0.1:1 is listed twice"},
      {R"({"address": "[::ffff:7f00:1]:2"})",
       "endpoint 2: \"address\" is not a literal ADDRESS:PORT"},
  };
  for (const auto& each : cases) EXPECT_EQ(ErrorOf(File(good + each.endpoint)), each.error);
  EXPECT_EQ(
      ErrorOf(File(R"({"address": "127.0.0.1:1", "zone": ")" + std::string(129, 'z') + "\"}")),
      "endpoint 1: \"zone\" is longer than 128 octets");
}

// Reading takes time in proportion to the file, whatever is in it.
TEST(EndpointsFile, ALargeFileIsReadAtOnce) {
  std::string list = "{}";
  while (list.size() < 4 << 20) list += list.size() < 1 << 20 ? "," + list : ",{}";
  EXPECT_EQ(ErrorOf(File(list)), "it lists more than 10000 endpoints");
}

TEST(EndpointsFile, NoMoreThanTenThousand) {
  std::string list;
  for (std::size_t i = 0; i < kMaxEndpoints; ++i) {
    list += (i == 0 ? "" : ",") + ("{\"address\": \"10.0.0.1:" + std::to_string(i + 1)) + "\"}";
  }
  EXPECT_TRUE(ParseEndpoints(File(list)));
  EXPECT_EQ(ErrorOf(File(list + R"(, {"address": "10.0.0.2:1"})")),
            "it lists more than 10000 endpoints");
}

}  // namespace
}  // namespace weir::proxy::upstream
