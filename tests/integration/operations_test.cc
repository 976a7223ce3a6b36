// Starting, reloading, draining, and what the proxy tells of itself.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "tests/integration/running_proxy.h"
#include "tests/integration/scripted_upstream.h"

namespace weir::tests {
namespace {

constexpr const char* kGet = "GET /x HTTP/1.1\r\nhost: gw\r\n\r\n";
constexpr const char* kEnd = "\r\n\r\n";

TEST(Operations, CurlGetsAnAnswer) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}});
  const std::string url = "http://127.0.0.1:" + std::to_string(proxy.port()) + "/curl";
  FILE* pipe = popen(("curl -s --max-time 5 " + url + " " + url).c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string out;
  for (int c; (c = fgetc(pipe)) != EOF;) out.push_back(static_cast<char>(c));
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_TRUE(out.starts_with("GET /curl HTTP/1.1\r\n")) << out;
}

TEST(Operations, EveryRequestHasOneJsonRecordBadOnesToo) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}});
  for (const char* octets :
       {"GET /x HTTP/1.1\r\nhost: gw\r\nconnection: close\r\n\r\n", "\x01\x02garbage\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nhost: gw\r\n\r\n", "GET /\xff\"\\ HTTP/1.1\r\nhost: gw\r\n\r\n",
        "GET /%FE%22 HTTP/1.1\r\nhost: gw\r\nconnection: close\r\n\r\n"}) {
    Peer client(ConnectTo(proxy.port()));
    client.Write(octets);
    EXPECT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 "));
  }
  const auto log = proxy.Log(5);
  ASSERT_EQ(log.size(), 5u);
  for (const std::string& line : log) {
    const auto record = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(record.is_object()) << line;
    for (const char* member :
         {"timestamp", "level", "service", "request_id", "method", "path", "status", "latency_ms",
          "user_id", "client_ip", "reason", "route", "attempts", "upstream"}) {
      EXPECT_TRUE(record.contains(member)) << member << " in " << line;
    }
  }
}

TEST(Operations, MetricsAndHealth) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  client.ReadTo(kEnd);
  EXPECT_TRUE(proxy.Admin("/healthz").starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(proxy.Admin("/readyz").starts_with("HTTP/1.1 200"));
  const std::string metrics = proxy.Admin("/metrics");
  EXPECT_NE(metrics.find(
                "weir_requests_total{route=\"all\",service=\"app\",method=\"GET\",status=\"2xx\","
                "reason=\"ok\"} 1\n"),
            std::string::npos)
      << metrics;
  EXPECT_NE(metrics.find("weir_upstream_connects_total 1\n"), std::string::npos) << metrics;
}

TEST(Operations, ABadTableIsRefusedAndTheOldOneStays) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}});
  proxy.WriteTable("no table at all");
  ASSERT_TRUE(proxy.AwaitError("the old one stays in force"));
  proxy.WriteTable(TableOf({.upstreams = {upstream.port()}, .dns = "app.example:80"}));
  ASSERT_TRUE(proxy.AwaitError("service \"app\": endpoints dns is not served yet"));
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  EXPECT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 200"));
}

TEST(Operations, WhatIsNotServedIsAStartUpError) {
  RunningProxy proxy({.upstreams = {ClosedPort()}, .dns = "app.example:80"});
  EXPECT_FALSE(proxy.started());
  EXPECT_NE(proxy.errors().find("service \"app\": endpoints dns is not served yet"),
            std::string::npos)
      << proxy.errors();
  EXPECT_EQ(proxy.Wait(), 2);
}

TEST(Operations, APortInUseIsAStartUpError) {
  ScriptedUpstream other(EchoHeads);
  RunningProxy first({.upstreams = {other.port()}});
  const std::string taken = "127.0.0.1:" + std::to_string(first.port());
  RunningProxy second({.upstreams = {other.port()}}, {"--listen", "edge/0=" + taken});
  EXPECT_FALSE(second.started());
  EXPECT_NE(second.errors().find(taken), std::string::npos) << second.errors();
  EXPECT_EQ(second.Wait(), 2);
}

TEST(Operations, NoRequestIsLostWhileTablesChange) {
  ScriptedUpstream upstream(EchoHeads);
  TableSpec spec{.upstreams = {upstream.port()}};
  RunningProxy proxy(spec);
  std::atomic<bool> stop{false};
  std::thread reloader([&] {
    for (int i = 0; i < 20; ++i) {
      proxy.Signal(SIGHUP);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    stop = true;
  });
  Peer client(ConnectTo(proxy.port()));
  int lost = 0;
  while (!stop) {
    client.Write(kGet);
    if (!client.ReadTo(kEnd).starts_with("HTTP/1.1 200")) ++lost;
    client.ReadTo(kEnd);
  }
  reloader.join();
  EXPECT_EQ(lost, 0);
}

TEST(Operations, SigtermLetsRequestsFinish) {
  std::atomic<bool> go{false};
  ScriptedUpstream upstream([&](Peer& peer) {
    peer.ReadTo(kEnd);
    Eventually([&] { return go.load(); });
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  });
  RunningProxy proxy({.upstreams = {upstream.port()}});
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  ASSERT_TRUE(Eventually([&] { return upstream.connections() == 1; }));
  proxy.Signal(SIGTERM);
  EXPECT_TRUE(Eventually([&] { return proxy.Admin("/readyz").starts_with("HTTP/1.1 503"); }));
  go = true;
  const std::string head = client.ReadTo(kEnd);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200")) << head;
  EXPECT_NE(head.find("connection: close"), std::string::npos) << head;
  client.Close();
  EXPECT_EQ(proxy.Wait(), 0);
}

// Whoever sends a request on a kept connection just as the drain begins.
TEST(Operations, SigtermLetsIdleConnectionsAskOnceMore) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}}, {"--drain-idle", "5"});
  Peer client(ConnectTo(proxy.port())), fresh(ConnectTo(proxy.port()));
  client.Write(kGet);
  ASSERT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 200"));
  client.ReadTo(kEnd);
  proxy.Signal(SIGTERM);
  ASSERT_TRUE(Eventually([&] { return proxy.Admin("/readyz").starts_with("HTTP/1.1 503"); }));
  for (Peer* each : {&client, &fresh}) {
    each->Write(kGet);
    const std::string head = each->ReadTo(kEnd);
    EXPECT_TRUE(head.starts_with("HTTP/1.1 200")) << head;
    EXPECT_NE(head.find("connection: close"), std::string::npos) << head;
    each->Close();
  }
  EXPECT_EQ(proxy.Wait(), 0);
}

// 503 rather than a broken connection, and a record, for what a drain cuts off.
TEST(Operations, WhatADrainCutsOffIsAnsweredAndRecorded) {
  ScriptedUpstream upstream([](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.AtEnd();
  });
  RunningProxy proxy({.upstreams = {upstream.port()}}, {"--drain", "0.1"});
  Peer client(ConnectTo(proxy.port()));
  client.Write(kGet);
  ASSERT_TRUE(Eventually([&] { return upstream.connections() == 1; }));
  proxy.Signal(SIGTERM);
  EXPECT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 503"));
  EXPECT_EQ(proxy.Wait(), 0);
  const auto log = proxy.Log(1);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_NE(log[0].find("\"reason\":\"draining\""), std::string::npos) << log[0];
}

TEST(Operations, ARefusedRequestIsRecordedWithItsTargetAsItCame) {
  ScriptedUpstream upstream(EchoHeads);
  RunningProxy proxy({.upstreams = {upstream.port()}}, {"--workers", "1"});
  const std::string end = " HTTP/1.1\r\nhost: gw\r\n\r\n";
  for (const std::string& octets :
       {"GET /%zz?secret=1" + end, std::string("GET /a HTTP/1.1\r\nhost : gw\r\n\r\n"),
        "GET /\xff\"\\" + end, "GET /" + std::string(3000, 'a') + "\\" + end}) {
    Peer client(ConnectTo(proxy.port()));
    client.Write(octets);
    EXPECT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 400"));
    client.AtEnd();  // so that the records are in this order
  }
  const auto log = proxy.Log(4);
  ASSERT_EQ(log.size(), 4u);
  const std::string paths[] = {"/%zz", "/a", "/%FF\"\\", "/" + std::string(1023, 'a')};
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(nlohmann::json::parse(log[i], nullptr, false).value("path", ""), paths[i]) << log[i];
  }
}

// The members of a sidecar's record, in their order, and who called whom.
TEST(Operations, ASidecarRecordsWhoCalledWhom) {
  ScriptedUpstream upstream(EchoHeads);
  for (const bool outbound : {false, true}) {
    RunningProxy proxy({.upstreams = {upstream.port()}, .sidecar = true, .outbound = outbound});
    Peer client(ConnectTo(proxy.port()));
    client.Write("GET /x HTTP/1.1\r\nhost: gw\r\nx-b3-traceid: 1a2b3c4d5e6f7890\r\n\r\n");
    EXPECT_TRUE(client.ReadTo(kEnd).starts_with("HTTP/1.1 200"));
    const auto log = proxy.Log(1);
    ASSERT_EQ(log.size(), 1u);
    const auto record = nlohmann::ordered_json::parse(log[0], nullptr, false);
    ASSERT_TRUE(record.is_object()) << log[0];
    const char* members[] = {"timestamp",           "level",  "service", "source_app",
                             "destination_service", "method", "path",    "status",
                             "duration_ms",         "mtls",   "trace_id"};
    auto member = record.begin();
    for (const char* name : members) EXPECT_EQ((member++).key(), name) << log[0];
    EXPECT_EQ(record["source_app"], outbound ? "user" : "")
        << log[0];  // no peer identity without mTLS
    EXPECT_EQ(record["destination_service"], outbound ? "app" : "user") << log[0];
    EXPECT_EQ(record["mtls"], "OFF");
    EXPECT_EQ(record["trace_id"], "1a2b3c4d5e6f7890");
  }
}

}  // namespace
}  // namespace weir::tests
