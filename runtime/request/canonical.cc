// The steps, in order: version and method, target, host, fields (hop-by-hop
// fields go first, then names with underscores, then what proxies alone may say,
// then lines are combined), the path, and last the client's address and scheme. The first thing
// that is wrong ends it.
//
// Header names go through a hash table, so that neither many lines nor a long
// Connection field makes the work grow faster than the octets of the head.
#include "runtime/request/canonical.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "runtime/base/ascii.h"
#include "runtime/base/field_classes.h"
#include "runtime/request/address.h"
#include "runtime/request/host.h"
#include "runtime/request/readings.h"

namespace weir::runtime {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

std::uint64_t HashName(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash ^ (hash >> 29);
}

bool IsScalar(std::string_view name, const CanonicalOptions& options) {
  for (std::string_view scalar : options.scalar_fields) {
    if (scalar == name) return true;
  }
  return false;
}

bool IsTrusted(const Address& address, const CanonicalOptions& options) {
  for (const Network& network : options.trusted_proxies) {
    if (network.Contains(address)) return true;
  }
  return false;
}

bool IsRequestId(std::string_view value) {
  for (char c : value) {
    if (!kUnreservedBytes[c] || c == '~') return false;
  }
  return !value.empty() && value.size() <= 128;
}

// What a trusted peer says in X-Forwarded-Proto; empty: no scheme that we know.
std::string_view SchemeOf(std::string_view said) {
  if (EqualsLower(said, "https") || EqualsLower(said, "wss")) return "https";
  if (EqualsLower(said, "http") || EqualsLower(said, "ws")) return "http";
  return {};
}

Refusal Bad(const char* detail) { return {400, Reason::kBadRequest, detail, true}; }

}  // namespace

std::expected<CanonicalRequest, Refusal> Canonicaliser::Run(const RawRequest& raw,
                                                            const ConnectionFacts& facts,
                                                            const CanonicalOptions& options) {
  if (!IsToken(raw.method)) return std::unexpected(Bad("the method is no token"));
  if (raw.method == "CONNECT") {
    return std::unexpected(Refusal{501, Reason::kNotImplemented, "CONNECT is not served", true});
  }
  std::size_t octets = raw.target.size() + 320;
  for (const Field& field : raw.fields) octets += 2 * field.name.size() + field.value.size() + 64;
  text_.clear();
  if (text_.capacity() < octets) text_.reserve(2 * octets);

  [[maybe_unused]] const char* const base = text_.data();

  CanonicalRequest out;
  out.method = raw.method;
  out.scheme = raw.scheme;
  out.client = out.peer_address = facts.peer_address;
  out.listener = facts.listener;
  out.listener_port = facts.listener_port;
  out.peer = facts.peer_identity;
  out.via = facts.via;
  out.minor_version = raw.minor_version == 0 ? 0 : 1;
  const char* wrong = ReadTarget(raw, out);
  if (!wrong) wrong = ReadHost(raw, out);
  if (!wrong) wrong = CollectFields(raw);
  if (!wrong) wrong = DropHopByHop(raw, options);
  if (!wrong) wrong = ApplyUnderscores(options.underscores);
  out.peer_trusted = IsTrusted(facts.peer_address, options);
  if (!wrong) DropUnbelieved(raw, out.peer_trusted);  // else the entries are of another head
  if (!wrong) wrong = CombineFields(raw, options);
  if (wrong) return std::unexpected(Bad(wrong));
  out.headers = headers_;
  if (!options.first_query) wrong = CheckQuery(out.query, options.scalar_queries);
  const Header* const cookie = options.first_cookies ? nullptr : out.Find("cookie");
  if (!wrong && cookie) wrong = CheckCookies(cookie->value, options.scalar_cookies);
  if (wrong) return std::unexpected(Bad(wrong));

  const std::size_t start = text_.size();
  wrong = CanonicalisePath(out.path, options.path, text_);
  if (wrong) return std::unexpected(Bad(wrong));
  out.path = std::string_view(text_).substr(start);
  if (out.peer_trusted) wrong = ReadClient(options, out);
  if (wrong) return std::unexpected(Refusal{400, Reason::kForwarded, wrong, true});
  assert(text_.data() == base);  // else the views dangle
  if (const auto here = AnswerHere(facts, out)) return std::unexpected(*here);
  return out;
}

// What a sound request says of itself that ends it here: CANON-19 to CANON-21.
std::optional<Refusal> Canonicaliser::AnswerHere(const ConnectionFacts& facts,
                                                 const CanonicalRequest& request) const {
  if (const Header* via = request.Find("via"); via != nullptr && !facts.via.empty()) {
    std::uint64_t passed = 0;
    std::string_view list = via->value, element;
    while (NextElement(list, element)) {
      // "1.1 name (comment)"
      const std::size_t space = std::min(element.find_first_of(" \t"), element.size());
      const std::string_view rest = TrimOws(element.substr(space));
      passed += EqualsIgnoringCase(rest.substr(0, rest.find_first_of(" \t(")), facts.via);
    }
    if (passed > facts.loops_allowed) {
      return Refusal{508, Reason::kLoop, "its Via says that it has been here before", false};
    }
  }
  const bool options = request.method == "OPTIONS";
  const Refusal of_the_server{200, Reason::kOptions, "", false};
  if (options && of_the_server_) return of_the_server;
  if (!options && request.method != "TRACE") return std::nullopt;
  const Header* hops = request.Find("max-forwards");
  if (hops == nullptr) return std::nullopt;
  const bool number =
      !hops->value.empty() && std::ranges::all_of(hops->value, [](char c) { return IsDigit(c); });
  if (!number) return Bad("Max-Forwards is no number");
  if (hops->value.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
  if (options) return of_the_server;
  return Refusal{501, Reason::kNotImplemented, "TRACE is not answered here", false};
}

// Takes the target apart; the path stays raw.
const char* Canonicaliser::ReadTarget(const RawRequest& raw, CanonicalRequest& out) {
  std::string_view rest = raw.target;
  if ((!rest.empty() && !IsTargetText(rest)) || rest.find('#') != std::string_view::npos) {
    return "the target holds a forbidden octet";
  }
  url_authority_ = {};
  const bool options = raw.method == "OPTIONS";
  of_the_server_ = options && rest == "*";
  if (of_the_server_) {
    out.path = "/";
    return nullptr;
  }
  if (!rest.starts_with('/')) {
    const std::size_t colon = rest.find("://");
    if (colon == std::string_view::npos || !EqualsLower(rest.substr(0, colon), raw.scheme)) {
      return "the target is neither a path nor a URL of this listener's scheme";
    }
    rest.remove_prefix(colon + 3);
    url_authority_ = rest.substr(0, rest.find_first_of("/?"));
    rest.remove_prefix(url_authority_.size());
  }
  const std::size_t mark = rest.find('?');
  out.has_query = mark != std::string_view::npos;
  if (out.has_query) out.query = rest.substr(mark + 1);
  out.path = rest.substr(0, mark);
  if (out.path.empty()) {
    of_the_server_ = options && !out.has_query;  // RFC 9112 3.2.4: it would go on as `*`
    out.path = "/";
  }
  return nullptr;
}

const char* Canonicaliser::ReadHost(const RawRequest& raw, CanonicalRequest& out) {
  const Field* host = nullptr;
  for (const Field& field : raw.fields) {
    if (!EqualsLower(field.name, "host")) continue;
    if (host) return "there is more than one Host";
    host = &field;
  }
  const bool old = raw.minor_version == 0;
  if (!host && !old) return "there is no Host";
  std::size_t host_length = 0;
  std::size_t start = text_.size();
  if (host) {
    if (const char* wrong = CanonicaliseAuthority(TrimOws(host->value), text_, host_length)) {
      return wrong;
    }
  }
  if (url_authority_.data() != nullptr) {  // it stands in Host's place (RFC 9112 3.2.2)
    start = text_.size();
    if (const char* wrong = CanonicaliseAuthority(url_authority_, text_, host_length)) return wrong;
  }
  out.authority = std::string_view(text_).substr(start);
  out.host = out.authority.substr(0, host_length);
  return nullptr;
}

const char* Canonicaliser::CollectFields(const RawRequest& raw) {
  entries_.clear();
  next_.assign(raw.fields.size(), kNone);
  slots_.assign(std::bit_ceil(2 * raw.fields.size() + 2), kNone);
  for (std::uint32_t i = 0; i < raw.fields.size(); ++i) {
    if (const char* wrong = CollectField(raw.fields[i], i)) return wrong;
  }
  return nullptr;
}

const char* Canonicaliser::CollectField(const Field& field, std::uint32_t place) {
  if (!IsToken(field.name)) return "a field's name is no token";
  if (!IsFieldText(field.value)) return "a field's value holds a control octet";
  std::string_view name = field.name;
  bool upper = false;
  for (char c : name) upper = upper || ToLower(c) != c;
  if (upper) {
    const std::size_t start = text_.size();
    for (char c : name) text_.push_back(ToLower(c));
    name = std::string_view(text_).substr(start);
  }
  if (name == "host") return nullptr;
  const std::uint64_t hash = HashName(name);
  std::size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot] != kNone) {
    Entry& entry = entries_[slots_[slot]];
    if (entry.hash == hash && entry.name == name) {
      next_[entry.last] = place;
      entry.last = place;
      ++entry.lines;
      return nullptr;
    }
    slot = (slot + 1) & (slots_.size() - 1);
  }
  slots_[slot] = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({name, hash, place, place, 1, kNeverInRequests.Has(name)});
  return nullptr;
}

Canonicaliser::Entry* Canonicaliser::FindEntry(std::string_view lower_name) {
  const std::uint64_t hash = HashName(lower_name);
  std::size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot] != kNone) {
    Entry& entry = entries_[slots_[slot]];
    if (entry.hash == hash && entry.name == lower_name) return &entry;
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return nullptr;
}

// CANON-10, of the fields that Connection names: the others were marked as they came.
// A proxy in front may pass a client's Connection on: were it obeyed, the client could
// take away what that proxy says of it before any rule reads it.
const char* Canonicaliser::DropHopByHop(const RawRequest& raw, const CanonicalOptions& options) {
  const Entry* connection = FindEntry("connection");
  if (!connection) return nullptr;
  for (std::uint32_t line = connection->first; line != kNone; line = next_[line]) {
    std::string_view list = raw.fields[line].value;
    std::string_view element;
    while (NextElement(list, element)) {
      const std::size_t start = text_.size();
      for (char c : element) text_.push_back(ToLower(c));
      const std::string_view name = std::string_view(text_).substr(start);
      Entry* const entry = IsForwardingField(name) ? nullptr : FindEntry(name);
      if (entry && !entry->dropped) {
        if (name == "cookie" || IsScalar(name, options)) {
          return "Connection names a field that the policy reads";
        }
        entry->dropped = true;
      }
      text_.resize(start);
    }
  }
  return nullptr;
}

const char* Canonicaliser::ApplyUnderscores(Underscores rule) {
  if (rule == Underscores::kKeep) return nullptr;
  for (Entry& entry : entries_) {
    if (entry.dropped || entry.name.find('_') == std::string_view::npos) continue;
    if (rule == Underscores::kReject) return "a field's name holds an underscore";
    entry.dropped = true;
  }
  return nullptr;
}

const char* Canonicaliser::CombineFields(const RawRequest& raw, const CanonicalOptions& options) {
  headers_.clear();
  for (const Entry& entry : entries_) {
    if (entry.dropped) continue;
    Header header{entry.name, TrimOws(raw.fields[entry.first].value), entry.lines};
    if (entry.lines > 1) {
      const bool cookie = entry.name == "cookie";
      if (!cookie && IsScalar(entry.name, options)) {
        return "a field that is read as one value stands on two lines";
      }
      const std::size_t start = text_.size();
      for (std::uint32_t line = entry.first; line != kNone; line = next_[line]) {
        if (line != entry.first) text_.append(cookie ? "; " : ", ");
        text_.append(TrimOws(raw.fields[line].value));
      }
      header.value = TrimOws(std::string_view(text_).substr(start));
    }
    headers_.push_back(header);
  }
  return nullptr;
}

// CANON-18: what only proxies may say, and ids that are none.
void Canonicaliser::DropUnbelieved(const RawRequest& raw, bool trusted) {
  bool moved = false;
  for (Entry& entry : entries_) {
    if (!trusted && IsForwardingField(entry.name)) entry.dropped = true;
    if (entry.dropped || !SpelledAlike(entry.name, "x-request-id")) continue;
    // Lines that are none go one by one, so that what is left is what a rule reads.
    const std::uint32_t first = entry.first;
    std::uint32_t* link = &entry.first;
    std::uint32_t last = kNone;
    for (std::uint32_t line = entry.first; line != kNone; line = next_[line]) {
      if (IsRequestId(TrimOws(raw.fields[line].value))) {
        last = line;
        link = &next_[line];
      } else {
        --entry.lines;
        *link = next_[line];
      }
    }
    moved = moved || (entry.lines > 0 && entry.first != first);
    entry.last = last;
    entry.dropped = entry.lines == 0;
  }
  // A field stands where its first line does. Nothing is looked up by slot any more.
  if (moved) std::ranges::sort(entries_, {}, &Entry::first);
}

// From the right: each trusted proxy vouches for the element it added. An element that is
// no address is refused: rules would take its sender for the proxy behind it.
const char* Canonicaliser::ReadClient(const CanonicalOptions& options, CanonicalRequest& out) {
  if (const Header* proto = out.Find("x-forwarded-proto")) {
    out.scheme = SchemeOf(proto->value);
    if (out.scheme.empty()) return "X-Forwarded-Proto of a trusted proxy is no scheme";
  }
  const Header* header = out.Find("x-forwarded-for");
  if (!header) return nullptr;
  std::string_view chain = header->value;
  while (true) {
    const std::size_t comma = chain.rfind(',');
    const bool last = comma == std::string_view::npos;
    const auto address = ParseForwardedAddress(TrimOws(last ? chain : chain.substr(comma + 1)));
    if (!address) return "X-Forwarded-For of a trusted proxy holds no address where one must be";
    out.client = *address;
    if (last || !IsTrusted(out.client, options)) return nullptr;
    chain = chain.substr(0, comma);
  }
}

}  // namespace weir::runtime
