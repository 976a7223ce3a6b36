// What a client, the log and the metrics see of an upstream that fails before
// its answer, and that nothing is left of it in the proxy.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/integration/faults.h"

namespace weir::tests {
namespace {

TEST(Faults, RefusedIs503) {
  FaultyService service({.fault = {}, .refuses = true});
  service.Expect({.status = 503, .reason = "upstream-connect"});
  service.ExpectNothingIsLeft(100);
}

TEST(Faults, ClosedAtOnceIs502) {
  FaultyService service({.fault = [](Peer& peer) { peer.Close(); }});
  service.Expect({.status = 502, .reason = "upstream-reset"});
  service.ExpectNothingIsLeft(100);
}

TEST(Faults, ResetBeforeTheHeadIs502) {
  FaultyService service({.fault = [](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Reset();
  }});
  service.Expect({.status = 502, .reason = "upstream-reset"});
  service.ExpectNothingIsLeft(100);
}

TEST(Faults, ResetWithinTheHeadIs502) {
  FaultyService service({.fault = [](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 200 OK\r\ncontent-le");
    peer.Reset();
  }});
  service.Expect({.status = 502, .reason = "upstream-reset"});
  service.ExpectNothingIsLeft(100);
}

TEST(Faults, ClosedWithinTheHeadIs502) {
  FaultyService service({.fault = [](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n");
  }});
  service.Expect({.status = 502, .reason = "upstream-reset"});
  service.ExpectNothingIsLeft(100);
}

TEST(Faults, ResetWithinTheBodyBreaksTheAnswer) {
  FaultyService service({.fault = [](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
    // A reset overtakes what was not yet read, which would then be one before the head.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    peer.Reset();
  }});
  service.Expect({.status = 200, .whole = false, .reason = "upstream-reset"});
  service.ExpectNothingIsLeft(30);
}

TEST(Faults, ALengthThatDoesNotComeBreaksTheAnswer) {
  FaultyService service({.fault = [](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
  }});
  service.Expect({.status = 200, .whole = false, .body = "half", .reason = "upstream-reset"});
  service.ExpectNothingIsLeft(100);
}

TEST(Faults, ChunksThatDoNotEndBreakTheAnswer) {
  FaultyService service({.fault = [](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n");
  }});
  service.Expect({.status = 200, .whole = false, .body = "half", .reason = "upstream-reset"});
  service.ExpectNothingIsLeft(100);
}

TEST(Faults, ABadChunkBreaksTheAnswer) {
  FaultyService service({.fault = [](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n");
    peer.AtEnd();
  }});
  service.Expect({.status = 200, .whole = false, .reason = "upstream-reset"});
  service.ExpectNothingIsLeft(50);
}

TEST(Faults, StallingPastTheRoutesTimeoutIs504) {
  FaultyService service({.fault =
                             [](Peer& peer) {
                               peer.ReadTo(kEnd);
                               peer.AtEnd();
                             },
                         .route = "timeout 200ms"});
  service.Expect({.status = 504, .reason = "upstream-timeout"});
  service.ExpectNothingIsLeft(20);
}

TEST(Faults, StallingWithinTheBodyBreaksTheAnswer) {
  FaultyService service({.fault =
                             [](Peer& peer) {
                               peer.ReadTo(kEnd);
                               peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf");
                               peer.AtEnd();
                             },
                         .route = "timeout 200ms\n idle-timeout 200ms"});
  service.Expect({.status = 200, .whole = false, .body = "half", .reason = "upstream-timeout"});
  service.ExpectNothingIsLeft(20);
}

// A byte now and then: no time between two bytes is too long, only the whole.
void Drip(Peer& peer) {
  peer.ReadTo(kEnd);
  peer.Write("HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n");
  for (int i = 0; i < 40 && !peer.Gone(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(35));
    peer.Write("d");
  }
}

TEST(Faults, ABodyThatDripsPastTheTimeoutIsPassedOnWhole) {
  FaultyService service({.fault = Drip, .route = "timeout 1s"});
  service.Expect({.status = 200, .body = std::string(40, 'd'), .reason = "ok"});
  service.ExpectNothingIsLeft(8);
}

TEST(Faults, ABodyThatDripsPastTheTotalTimeoutIsBrokenOff) {
  FaultyService service({.fault = Drip, .route = "timeout total 900ms"});
  service.Expect({.status = 200, .whole = false, .reason = "upstream-timeout"});
  service.ExpectNothingIsLeft(8);
}

TEST(Faults, StallingPastEveryTryIs504AfterAllTries) {
  FaultyService service({.fault =
                             [](Peer& peer) {
                               peer.ReadTo(kEnd);
                               peer.AtEnd();
                             },
                         .route = "retry thrice",
                         .definitions = "retry thrice { attempts 3  per-try 100ms  "
                                        "on [per-try-timeout]  backoff 1ms  "
                                        "budget 100% minimum 100 }"});
  service.Expect({.status = 504, .reason = "retries-exhausted", .attempts = 3});
  service.ExpectNothingIsLeft(10);
  EXPECT_EQ(Metric(service.proxy(), "weir_retries_total"), 22);
}

TEST(Faults, DrippingOctetsArePassedOnAndBoundedByTheTimeout) {
  const std::string drip = Ok(std::string(30, 'd'));
  FaultyService patient({.fault = [&](Peer& peer) {
    peer.ReadTo(kEnd);
    for (const char octet : drip) {
      peer.Write({&octet, 1});
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }});
  patient.Expect({.status = 200, .body = std::string(30, 'd'), .reason = "ok"});
  patient.ExpectNothingIsLeft(5);

  FaultyService hasty({.fault =
                           [](Peer& peer) {
                             peer.ReadTo(kEnd);
                             peer.Write("HTTP/1.1 200 OK\r\nx-drip: ");
                             for (int i = 0; i < 5000 && !peer.Gone(); ++i) {
                               peer.Write("d");
                               std::this_thread::sleep_for(std::chrono::milliseconds(1));
                             }
                           },
                       .route = "timeout 200ms"});
  hasty.Expect({.status = 504, .reason = "upstream-timeout"});
  hasty.ExpectNothingIsLeft(10);
}

// What is no answer, in each of its forms.
TEST(Faults, WhatIsNoAnswerIs502) {
  std::string interim;
  for (int i = 0; i < 50; ++i) interim += "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
  const std::vector<std::string> wrong = {
      "garbage\r\n\r\n",
      std::string(2000, '\0'),
      "HTTP/1.1 20 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
      "HTTP/1.1 200 OK\r\nx-large: " + std::string(100'000, 'x') + kEnd,
      interim + Ok("late"),
  };
  for (const std::string& octets : wrong) {
    SCOPED_TRACE(octets.substr(0, 60));
    FaultyService service({.fault = [&](Peer& peer) {
      peer.ReadTo(kEnd);
      peer.Write(octets);
      peer.AtEnd();
    }});
    service.Expect({.status = 502, .reason = "upstream-protocol"});
    service.ExpectNothingIsLeft(20);
  }
}

TEST(Faults, AFewInterimAnswersComeBeforeTheAnswer) {
  FaultyService service({.fault = [](Peer& peer) {
    peer.ReadTo(kEnd);
    peer.Write("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + Ok("done"));
  }});
  service.Expect({.status = 200, .body = "done", .reason = "ok"});
  service.ExpectNothingIsLeft(50);
}

// The second of two answers is nobody's: the connection is not used again.
TEST(Faults, TwoAnswersToOneRequestAreOne) {
  FaultyService service({.fault = [](Peer& peer) {
    while (peer.ReadTo(kEnd).ends_with(kEnd)) peer.Write(Ok("mine") + Ok("not mine"));
  }});
  service.Expect({.status = 200, .body = "mine", .reason = "ok"});
  Peer client(ConnectTo(service.proxy().port()));
  for (int i = 0; i < 50; ++i) {
    client.Write("GET /x HTTP/1.1\r\nhost: gw\r\n\r\n");
    ASSERT_EQ(ReadAnswer(client).body, "mine");
  }
}

}  // namespace
}  // namespace weir::tests
