// The canonicaliser says what the model says, and its path is canonical: a
// second run changes nothing.
//
// The input: one octet of listener choices, then the lines of a head; the first
// is "METHOD target", the others "name: value".
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fuzz/harness/canonical.h"
#include "spec/model/address.h"
#include "spec/model/canonical.h"
#include "spec/model/path.h"
#include "spec/model/text.h"

namespace {

using weir::syntax::Listener;

weir::syntax::Policy PolicyFor(std::uint8_t choices) {
  weir::syntax::Gateway gateway;
  Listener listener;
  if (choices & 1) listener.encoded_slash = Listener::EncodedSlash::kKeep;
  if (choices & 2) listener.slashes = Listener::Slashes::kKeep;
  listener.underscores = static_cast<Listener::Underscores>((choices >> 2) % 3);
  listener.path_parameters = static_cast<Listener::PathParameters>((choices >> 5) % 3);
  if (choices & 64) {
    listener.query = Listener::Reading::kFirst;
    listener.cookies = Listener::Reading::kFirst;
  }
  gateway.listeners.push_back(listener);
  if (choices & 16) {
    gateway.trusted_proxies.push_back({*weir::model::ParseAddress("10.0.0.0"), 104, ""});
  }
  // Reads one parameter and one cookie, whatever else it does.
  using weir::syntax::Attribute;
  using weir::syntax::Subject;
  weir::syntax::Policy policy;
  policy.limits.push_back(
      {.by = {
           Attribute{Subject::kQuery, "a_b"}, {Subject::kQuery, "q"}, {Subject::kCookie, "sid"}}});
  gateway.limits.push_back({0});
  policy.gateways.push_back(gateway);
  return policy;
}

weir::model::RawRequest RequestOf(const std::string& text) {
  weir::model::RawRequest raw;
  const std::vector<std::string> lines = weir::model::Split(text, '\n');
  const std::size_t space = lines[0].find(' ');
  raw.method = lines[0].substr(0, space);
  if (space != std::string::npos) raw.target = lines[0].substr(space + 1);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t colon = lines[i].find(':');
    if (colon == std::string::npos) continue;
    raw.fields.emplace_back(lines[i].substr(0, colon), lines[i].substr(colon + 1));
  }
  return raw;
}

void Fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const weir::syntax::Policy policy = PolicyFor(data[0]);
  const weir::model::RawRequest raw =
      RequestOf({reinterpret_cast<const char*>(data + 1), size - 1});
  weir::model::Connection connection;
  connection.peer_address = *weir::model::ParseAddress("10.1.2.3");
  if (const auto difference = weir::fuzz::CompareCanonical(policy, 0, raw, connection)) {
    Fail(*difference);
  }
  const auto canonical = weir::model::Canonicalise(policy, 0, raw, connection);
  if (!canonical) return 0;
  const auto& listener = policy.gateways[0].listeners[0];
  if (weir::model::CanonicalPath(canonical->path, listener) != canonical->path) {
    Fail("not idempotent: " + canonical->path);
  }
  return 0;
}
