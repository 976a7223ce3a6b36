// What each request of a simulated run came to, as everybody outside of the proxy saw
// it: the client that sent it, the upstreams that it reached, the access log.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_LEDGER_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_LEDGER_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/simulator/chance.h"

namespace weir::simulator {

constexpr std::int64_t kNever = -1;

// The bytes of a body are known by whose they are and where they stand, so that one
// that is lost, doubled or moved shows.
class Body {
 public:
  explicit Body(std::uint64_t key) : key_(key) {}
  std::string Piece(std::uint64_t from, std::size_t size) const {
    const std::size_t before = from % 8;  // whole words, of which the first may begin earlier
    std::string out((before + size + 7) / 8 * 8, '\0');
    for (std::size_t i = 0; i < out.size(); i += 8) {
      const std::uint64_t place = (from - before + i) / 8;
      const std::uint64_t word = (Mix(key_ + place * 0x9e3779b97f4a7c15) & 0x0f0f0f0f0f0f0f0f) +
                                 0x6161616161616161;  // letters
      std::memcpy(out.data() + i, &word, sizeof word);
    }
    out.erase(0, before);
    out.resize(size);
    return out;
  }

 private:
  std::uint64_t key_;
};

// Of a request, and of the answer of its n-th arrival (n from 1 on).
inline Body BodyOf(std::uint64_t id, std::uint64_t arrival = 0) { return Body(id * 8 + arrival); }

enum class Route : std::uint8_t {
  kPlain,
  kLong,
  kRetry,
  kTight,
  kHedge,
  kBreaker,
  kPool,
  kChecked,
  kEject
};
constexpr int kRoutes = 9;

// What an upstream does with the request that reaches it first, second, third.
struct Plan {
  enum class Kind : std::uint8_t {
    kAnswer,
    kStatus,     // a failing answer
    kReset,      // before a head
    kClose,      // likewise, in an orderly way
    kHang,       // never answers
    kCutBody,    // its answer's body breaks off
    kGarbage,    // answers with what is no HTTP
    kEarly,      // answers before the request's body has come
    kInterim,    // 103 first
    kSlowRead,   // reads the request a little at a time
    kUntilClose  // its body ends with the connection
  };
  Kind kind = Kind::kAnswer;
  int status = 200;
  std::int64_t delay = 0;  // from the request's end (or head, if early) to the head
  std::uint64_t size = 0;
  bool chunked = false;
  std::int64_t gap = 0;  // between two pieces of the body
  bool close = false;    // ends the connection after it
};

// One try, as the upstream saw it.
struct Arrival {
  std::uint16_t port = 0;
  bool kept_wire = false;            // not the wire's first request
  std::int64_t head_at = kNever;     // the request's head was read
  std::int64_t whole_at = kNever;    // the request was
  std::int64_t answer_at = kNever;   // the answer's head was sent
  std::int64_t over_at = kNever;     // sent whole, or broken by the upstream
  std::int64_t dropped_at = kNever;  // the proxy ended the connection before that
  std::uint64_t body = 0;            // bytes of the request's
  int status = 0;                    // 0: none
  bool broken = false;               // by the upstream
  bool sent_whole = false;
};

struct Record {
  int status = 0;
  std::string reason, detail;
  std::uint64_t attempts = 0, bytes_in = 0, bytes_out = 0;
};

struct Request {
  std::uint64_t id = 0;
  std::uint64_t wire = 0;
  Route route = Route::kPlain;
  std::string method;
  std::uint64_t size = 0;  // of its body
  bool has_body = false, chunked = false;
  std::array<Plan, 3> plans;

  // The client's view.
  bool alone = false;        // nothing was under way on its connection, and it was sent at once
  bool begun_alone = false;  // nothing was under way when its first byte was sent
  std::int64_t begun_at = kNever;  // its first byte was sent
  std::int64_t head_sent_at = kNever;
  std::int64_t sent_at = kNever;  // whole
  std::int64_t gone_at = kNever;  // the client ended the connection before its answer was whole
  int status = 0;                 // 0: no head came
  std::uint64_t from = 0;         // which arrival answered, from 1 on; 0: the proxy itself
  std::int64_t answered_at = kNever, over_at = kNever;
  std::uint64_t body = 0;
  bool whole = false;
  bool reset = false;        // the connection, by the proxy: what was not read yet is lost
  bool slow_reader = false;  // the client did not read at once

  std::vector<Arrival> arrivals;
  std::vector<Record> records;
};

class Ledger {
 public:
  Request& Add() {
    Request& request = requests.emplace_back();
    request.id = requests.size();
    return request;
  }
  // By its id; null: there is none.
  Request* Find(std::uint64_t id) {
    return id == 0 || id > requests.size() ? nullptr : &requests[id - 1];
  }
  // What must not be; the first is the one to look at.
  void Wrong(std::string what) { wrong.push_back(std::move(what)); }

  std::deque<Request> requests;
  std::vector<std::string> wrong;
  std::deque<std::pair<std::int64_t, std::string>> log;  // what the proxy said, and when
  std::uint64_t strangers = 0;  // records of what had no id that a client chose
};

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_LEDGER_H_
