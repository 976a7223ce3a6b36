// The body of a response on its way to the client, through filters. No clause of a
// policy adds a filter yet.
//
//   upstream -> Send -> filter -> filter -> ClientStream
//
// Credit goes the other way: each filter says how much it may be given so that what
// it hands on fits into what the next one takes. A filter may hold bytes back until
// the body is flushed or ends. Pieces that come in one batch of events leave in one
// write.
#ifndef WEIR_PROXY_EXCHANGE_RESPONSE_BODY_H_
#define WEIR_PROXY_EXCHANGE_RESPONSE_BODY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "proxy/http/stream.h"
#include "proxy/net/loop.h"

namespace weir::proxy {

// What a filter hands its output to.
class BodySink {
 public:
  virtual void Send(std::string_view data) = 0;

 protected:
  ~BodySink() = default;
};

// Changes a body as it passes; of one response.
class BodyFilter {
 public:
  virtual ~BodyFilter() = default;
  virtual void Data(std::string_view data, BodySink& next) = 0;
  virtual void Flush(BodySink& next) = 0;  // what it holds should leave
  virtual void End(BodySink& next) = 0;    // and what it still has
  // How much it may be given where the next one takes `credit`.
  virtual std::size_t Credit(std::size_t credit) const = 0;
};

class ResponseBody final : public net::Deferred {
 public:
  class Owner {
   public:
    virtual void OnResponseRoom() = 0;  // a flush made room, and no event tells of it

   protected:
    ~Owner() = default;
  };

  ResponseBody(net::Loop& loop, Owner& owner) : loop_(loop), owner_(owner) {}

  void Start(ClientStream& client) { client_ = &client; }
  // Behind those that were added before. Outlives the body.
  void Add(BodyFilter& filter) { filters_.push_back(&filter); }

  void Send(std::string_view data);
  void End(std::span<const runtime::Field> trailers);
  std::size_t Credit() const;  // how much of it may come
  void ScheduleFlush();
  void RunDeferred() override;

  std::uint64_t bytes() const { return bytes_; }  // that went to the client
  void Reset();

 private:
  // The rest of the chain from one filter on.
  struct Rest final : BodySink {
    Rest(ResponseBody& its_body, std::size_t its_place) : body(its_body), place(its_place) {}
    void Send(std::string_view data) override { body.Pass(data, place); }
    ResponseBody& body;
    std::size_t place;
  };
  void Pass(std::string_view data, std::size_t place);

  net::Loop& loop_;
  Owner& owner_;
  ClientStream* client_ = nullptr;
  std::vector<BodyFilter*> filters_;
  std::uint64_t bytes_ = 0;
  bool deferred_ = false;
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_RESPONSE_BODY_H_
