#include "compiler/explain/explain.h"

#include <algorithm>

#include "compiler/explain/claims.h"
#include "compiler/explain/head.h"
#include "compiler/explain/url.h"
#include "compiler/explain/weigh.h"
#include "runtime/base/ascii.h"
#include "runtime/decide/forwarded.h"
#include "runtime/decide/options.h"
#include "runtime/request/address.h"

namespace weir::compiler {

using namespace runtime;  // nearly every name here is of it

namespace {

std::string Copy(std::string_view text) { return std::string(text); }

Fields CopyFields(std::span<const Field> fields) {
  Fields copy;
  for (const Field& field : fields) copy.emplace_back(field.name, field.value);
  return copy;
}

std::string ListenerText(const ListenerRecord& listener) {
  return Copy(AddressText(listener.address).view()) + ":" + std::to_string(listener.port);
}

// The listener that a client of this URL would reach: of its scheme and port, of
// its scheme, or the first (something in front ends TLS then).
std::uint32_t ListenerFor(const Table& table, const Url& url) {
  const auto listeners = Table::Slice(table.listeners(), table.gateway().listeners);
  const auto speaks = [&](const ListenerRecord& listener) {
    return (listener.protocol == ProtocolKind::kHttps) == (url.scheme == "https");
  };
  for (std::uint32_t i = 0; i < listeners.size(); ++i) {
    if (speaks(listeners[i]) && listeners[i].port == url.port) return i;
  }
  for (std::uint32_t i = 0; i < listeners.size(); ++i) {
    if (speaks(listeners[i])) return i;
  }
  return 0;
}

std::vector<std::string> KeyParts(std::string_view key, std::size_t count) {
  std::vector<std::string> parts;
  while (key.size() >= 4 && parts.size() < count) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      size |= std::size_t{static_cast<unsigned char>(key[i])} << (8 * i);
    }
    if (size > key.size() - 4) break;
    parts.push_back(Copy(key.substr(4, size)));
    key.remove_prefix(4 + size);
  }
  return parts;
}

// What would be found out about the caller, and how to say so.
struct Caller {
  Identity identity;
  std::string words = "no credential";
};

class Explainer {
 public:
  Explainer(const Table& table, const Question& question) : table_(table), question_(question) {}

  std::expected<Explanation, std::string> Run() {
    const auto url = ParseUrl(question_.url);
    if (!url) {
      return std::unexpected("'" + question_.url +
                             "' is neither a URL (http://host/path) nor a path");
    }
    ConnectionFacts facts;
    const auto client = ParseAddress(question_.client.empty() ? "127.0.0.1" : question_.client);
    if (!client) return std::unexpected("'" + question_.client + "' is not an IP address");
    facts.peer_address = *client;
    facts.peer_identity = question_.peer;
    const std::string name = DeploymentName(table_);
    facts.via = name;
    const auto place = Listener(*url);
    if (!place) return std::unexpected(place.error());
    if (std::string wrong = UnknownConsumer(); !wrong.empty()) return std::unexpected(wrong);
    facts.listener = *place;
    const ListenerRecord& listener =
        Table::Slice(table_.listeners(), table_.gateway().listeners)[facts.listener];
    facts.listener_port = static_cast<std::uint16_t>(listener.port);
    out_.gateway = table_.text(table_.gateway().name);
    out_.listener = ListenerText(listener);
    out_.method = question_.method;
    out_.scheme = listener.protocol == ProtocolKind::kHttps ? "https" : "http";
    const auto fields = FieldsFor(*url);
    const auto announced = ReadHead(table_.gateway(), question_.method, url->target, fields);
    if (!announced) return Refused(announced.error());
    announced_ = *announced;
    const RawRequest raw{question_.method, url->target, out_.scheme, 1, fields};
    const ListenerOptions options(table_, facts.listener);
    const auto request = canonicaliser_.Run(raw, facts, options.view());
    if (!request) return Refused(request.error());
    Describe(*request);
    if (const std::string wrong = Decide(*request); !wrong.empty()) return std::unexpected(wrong);
    return out_;
  }

 private:
  Explanation Refused(const Refusal& refusal) {
    out_.status = refusal.status;
    out_.reason = ReasonName(refusal.reason);
    out_.body = ReasonBody(refusal.reason);
    out_.detail = refusal.detail;
    return out_;
  }

  std::expected<std::uint32_t, std::string> Listener(const Url& url) const {
    if (question_.listener.empty()) return ListenerFor(table_, url);
    std::string wanted = question_.listener;
    std::erase_if(wanted, [](char c) { return c == '[' || c == ']'; });
    const auto listeners = Table::Slice(table_.listeners(), table_.gateway().listeners);
    std::string known;
    for (std::uint32_t i = 0; i < listeners.size(); ++i) {
      if (ListenerText(listeners[i]) == wanted) return i;
      known += (known.empty() ? "" : ", ") + ListenerText(listeners[i]);
    }
    return std::unexpected("there is no listener '" + question_.listener + "' here, but " + known);
  }

  bool HasKey(Index set) const {
    const auto keys = Table::Slice(table_.api_keys(), table_.api_key_sets()[set].keys);
    return std::ranges::any_of(keys, [&](const ApiKeyRecord& key) {
      return table_.text(key.consumer) == question_.consumer;
    });
  }

  // Nobody can send a key that is not there.
  std::string UnknownConsumer() const {
    if (question_.consumer.empty()) return "";
    for (Index set = 0; set < table_.api_key_sets().size(); ++set) {
      if (HasKey(set)) return "";
    }
    return "no API key of this table belongs to consumer '" + question_.consumer + "'";
  }

  std::vector<Field> FieldsFor(const Url& url) const {
    std::vector<Field> fields;
    bool has_host = false;
    for (const auto& [name, value] : question_.headers) {
      fields.push_back({name, value});
      has_host = has_host || EqualsLower(name, "host");
    }
    if (!has_host && !url.authority.empty()) fields.push_back({"host", url.authority});
    return fields;
  }

  void Describe(const CanonicalRequest& request) {
    out_.canonical = true;
    out_.host = request.authority;
    out_.path = request.path;
    out_.query = request.query;
    out_.has_query = request.has_query;
    out_.client = AddressText(request.client).view();
  }

  std::string Decide(const CanonicalRequest& request) {
    Decision decision(table_, request);
    Step step = decision.Start();
    while (step == Step::kNeedLimit || step == Step::kNeedIdentity) {
      if (step == Step::kNeedLimit) {
        step = decision.ChargeEach([&](const LimitCharge& charge) {
          const LimitRecord& limit = table_.limits()[charge.limit];
          out_.limits.push_back(
              {Copy(table_.text(limit.name)), KeyParts(charge.key, limit.by.count)});
          return LimitVerdict{.remaining = limit.burst};
        });
        continue;
      }
      auto caller = CallerFor(decision.jwt(), decision.api_keys());
      if (!caller) return caller.error();
      out_.identity = caller->words;
      step = decision.Resume(caller->identity);
    }
    Conclude(request, decision, step);
    return "";
  }

  std::expected<Caller, std::string> CallerFor(Index jwt, Index api_keys) {
    Caller caller;
    if (jwt != kNoIndex && question_.claims) {
      auto claims = Claims::Read(table_, jwt, *question_.claims);
      if (!claims) return std::unexpected(claims.error());
      claims_ = std::move(*claims);
      caller.identity.kind = Identity::Kind::kVerified;
      caller.identity.jwt_verified = true;
      caller.identity.claims = claims_->values();
      caller.words = "a verified token of " + Copy(table_.text(table_.jwts()[jwt].name));
    }
    if (api_keys == kNoIndex || question_.consumer.empty()) return caller;
    const bool token = caller.identity.jwt_verified;
    if (HasKey(api_keys)) {
      caller.identity.kind = Identity::Kind::kVerified;
      caller.identity.consumer = question_.consumer;
      caller.words = (token ? caller.words + ", and " : "") + "consumer " + question_.consumer +
                     " of " + Copy(table_.text(table_.api_key_sets()[api_keys].name));
    } else if (KeyGoesTo(api_keys)) {
      caller.identity = Identity{.kind = Identity::Kind::kBad};
      caller.words = "a key that " + Copy(table_.text(table_.api_key_sets()[api_keys].name)) +
                     " does not know";
    }
    return caller;
  }

  // A key of another set may be sent where this set looks for one.
  bool KeyGoesTo(Index api_keys) const {
    const ApiKeysRecord& read = table_.api_key_sets()[api_keys];
    for (Index set = 0; set < table_.api_key_sets().size(); ++set) {
      const ApiKeysRecord& other = table_.api_key_sets()[set];
      const bool same = (other.in_query != 0) == (read.in_query != 0) &&
                        table_.text(other.field) == table_.text(read.field);
      if (same && HasKey(set)) return true;
    }
    return false;
  }

  std::uint64_t MaxBody(const Decision& decision) const {
    const RouteRecord& route = decision.route_record();
    if (route.has_max_body != 0) return route.max_body;
    const std::uint64_t most = table_.gateway().max_body;
    return most == 0 ? ~std::uint64_t{0} : most;
  }

  void Conclude(const CanonicalRequest& request, const Decision& decision, Step step) {
    out_.routes = WeighRoutes(table_, request, decision.route());
    if (decision.route() != kNoIndex) {
      for (const WeighedRoute& route : out_.routes) {
        if (route.taken) out_.route = route;
      }
    }
    const Reason reason = decision.answer().reason;
    if (step == Step::kForward || reason == Reason::kDenied || reason == Reason::kNotAllowed ||
        reason == Reason::kRespond || reason == Reason::kRedirect) {
      out_.rules = WeighRules({table_, request, decision.identity(), decision.route()});
    }
    out_.response_fields = CopyFields(decision.response_fields());
    Answer answer = decision.answer();
    if (step == Step::kForward && announced_ && *announced_ > MaxBody(decision)) {
      Refused({413, Reason::kBodyTooLarge, "the announced body is too large", false});
      return;
    }
    if (step == Step::kForward) {
      const auto built = BuildForwardedHead(table_, request, decision, "(a new id)", head_);
      if (built) return Forwarded(decision);
      answer = built.error();
    }
    out_.status = answer.status;
    out_.reason = ReasonName(answer.reason);
    out_.body = answer.body;
  }

  void Forwarded(const Decision& decision) {
    out_.forwarded = true;
    out_.reason = ReasonName(Reason::kOk);
    for (const TargetRecord& target :
         Table::Slice(table_.targets(), decision.route_record().targets)) {
      out_.services.emplace_back(table_.text(table_.services()[target.service].name),
                                 target.weight);
    }
    out_.upstream_path = head_.path;
    out_.upstream_query = head_.query;
    out_.upstream_has_query = head_.has_query;
    out_.upstream_host = head_.host;
    out_.upstream_fields = CopyFields(head_.fields);
  }

  const Table& table_;
  const Question& question_;
  Canonicaliser canonicaliser_;
  std::optional<Claims> claims_;
  std::optional<std::uint64_t> announced_;  // the body's length
  ForwardedHead head_;
  Explanation out_;
};

}  // namespace

std::expected<Explanation, std::string> Explain(const Table& table, const Question& question) {
  return Explainer(table, question).Run();
}

}  // namespace weir::compiler
