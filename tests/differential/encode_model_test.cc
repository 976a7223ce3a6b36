// Encoding = model: on random small policies and random requests, exactly one
// row of the encoding holds, and it says what the model does.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "compiler/encode/order.h"
#include "compiler/encode/symbolic.h"
#include "spec/model/model.h"
#include "tests/differential/small_policy.h"
#include "tests/support/random/seed.h"

namespace weir::compiler {
namespace {

using testing::SmallPolicies;

// A request as the values of the universe's dimensions, and back to the model.
struct Sample {
  std::vector<Value> values;
  model::RawRequest raw;
  model::Connection connection;
};

Value RandomValue(SmallPolicies& random, const Universe& universe, const Dimension& dimension) {
  Value value;
  value.absent = dimension.can_be_absent && random.Chance(40);
  switch (dimension.key.part) {
    case Part::kMethod:
      value.text = random.Method();
      break;
    case Part::kHost:
      value.text = random.Host();
      break;
    case Part::kPath:
      value.text = random.Path();
      break;
    case Part::kClient:
      value.address = random.Client();
      break;
    case Part::kListener:
      value.integer = random.Below(universe.listeners().size());
      break;
    case Part::kJwt:
    case Part::kKeys:
      value.integer = static_cast<std::int64_t>(random.Chance(60) ? 1 : random.Below(kOutcomes));
      break;
    case Part::kIntegerClaim:
      value.integer = random.Below(4);
      break;
    case Part::kBooleanClaim:
      value.integer = random.Below(2);
      break;
    case Part::kListClaim:
      for (std::uint64_t n = random.Below(3); n > 0; --n) value.list.push_back(random.Word());
      break;
    default:
      value.text =
          dimension.key.name == "access-control-request-method" ? random.Method() : random.Text();
  }
  return value;
}

std::string Encoded(const std::string& value) {
  std::string encoded;
  for (char c : value) encoded += c == ' ' ? '+' : c;
  return encoded;
}

Sample Draw(SmallPolicies& random, const Universe& universe) {
  Sample sample;
  sample.raw.method = "GET";
  std::string path = "/", query, host = "example.com", cookie;
  for (const Dimension& dimension : universe.dimensions()) {
    const Value value = RandomValue(random, universe, dimension);
    sample.values.push_back(value);
    if (value.absent) continue;
    switch (dimension.key.part) {
      case Part::kMethod:
        sample.raw.method = value.text;
        break;
      case Part::kHost:
        host = value.text;
        break;
      case Part::kPath:
        path = value.text;
        break;
      case Part::kClient:
        sample.connection.peer_address = value.address;
        break;
      case Part::kListener:
        sample.connection.listener = static_cast<std::uint32_t>(value.integer);
        break;
      case Part::kPeer:
        sample.connection.peer_identity = value.text;
        break;
      case Part::kHeader:
        sample.raw.fields.emplace_back(dimension.key.name, value.text);
        break;
      case Part::kQuery:
        query += (query.empty() ? "?" : "&") + dimension.key.name + "=" + Encoded(value.text);
        break;
      case Part::kCookie:
        cookie = dimension.key.name + "=" + value.text;
        break;
      default:
        break;
    }
  }
  sample.raw.fields.emplace_back("host", host);
  if (!cookie.empty()) sample.raw.fields.emplace_back("cookie", cookie);
  sample.raw.target = path + query;
  return sample;
}

model::Identity IdentityOf(const Universe& universe, const Sample& sample, const RulePlace& place) {
  model::Identity identity;
  using Kind = model::Identity::Kind;
  Outcome jwt = kNoCredential, keys = kNoCredential;
  for (std::uint32_t d = 0; d < sample.values.size(); ++d) {
    const DimensionKey& key = universe.dimensions()[d].key;
    const auto outcome = static_cast<Outcome>(sample.values[d].integer);
    if (key.part == Part::kJwt && place.jwt == key.scope) jwt = outcome;
    if (key.part == Part::kKeys && place.keys == key.scope) keys = outcome;
  }
  if (jwt == kKeysUnavailable || keys == kKeysUnavailable)
    identity.kind = Kind::kKeysUnavailable;
  else if (jwt == kBadCredential || keys == kBadCredential)
    identity.kind = Kind::kBad;
  else if (jwt == kVerified || keys == kVerified)
    identity.kind = Kind::kVerified;
  identity.jwt_verified = jwt == kVerified;
  for (std::uint32_t d = 0; d < sample.values.size(); ++d) {
    const DimensionKey& key = universe.dimensions()[d].key;
    const Value& value = sample.values[d];
    if (value.absent) continue;
    if (key.part == Part::kConsumer && keys == kVerified && place.keys == key.scope) {
      identity.consumer = value.text;
    }
    if (jwt != kVerified || place.jwt != key.scope) continue;
    switch (key.part) {
      case Part::kTextClaim:
        identity.claims[key.name] = value.text;
        break;
      case Part::kIntegerClaim:
        identity.claims[key.name] = value.integer;
        break;
      case Part::kBooleanClaim:
        identity.claims[key.name] = value.integer != 0;
        break;
      case Part::kListClaim:
        identity.claims[key.name] = value.list;
        break;
      default:
        break;
    }
  }
  return identity;
}

std::string Show(const Sample& sample) {
  std::string text = sample.raw.method + " " + sample.raw.target;
  for (const auto& [name, value] : sample.raw.fields) text += "\n" + name + ": " + value;
  return text;
}

TEST(EncodeModel, ExactlyTheRowOfTheModelHolds) {
  const auto seed = static_cast<unsigned>(testing::Seed());
  int forwarded = 0, answered = 0, requests = 0, refused = 0;
  for (unsigned i = 0; i < 150; ++i) {
    SmallPolicies random(seed + i);
    const syntax::Policy policy = random.Policy();
    Universe universe;
    const auto listeners = AddListeners(universe, policy.gateways[0]);
    const auto rows =
        EncodeGateway(universe, policy, policy.gateways[0], listeners, Unsendable::kApart);
    ASSERT_EQ(universe.problem(), "");
    for (int r = 0; r < 60; ++r) {
      const Sample sample = Draw(random, universe);
      model::World world;
      world.charge = [](std::uint32_t, const model::LimitKey&) {
        return model::LimitVerdict::kAdmitted;
      };
      world.identify = [&](const syntax::Authentication& wanted) {
        for (const Row& row : rows) {
          if (!row.route) continue;
          const auto& route = policy.gateways[0].routes[*row.route].authentication;
          if (route.jwt == wanted.jwt && route.keys == wanted.keys) {
            return IdentityOf(universe, sample, row.place);
          }
        }
        return model::Identity{};
      };
      const auto outcome = model::Decide(policy, 0, sample.raw, sample.connection, world);
      // The encoding is of canonical requests; a cookie such as "a, b" is refused before.
      if (outcome.reason == "bad-request") {
        ++refused;
        continue;
      }
      const Row* held = nullptr;
      for (const Row& row : rows) {
        if (!universe.Evaluate(row.when, sample.values)) continue;
        ASSERT_EQ(held, nullptr) << "two rows hold, seed " << seed + i << "\n" << Show(sample);
        held = &row;
      }
      ASSERT_NE(held, nullptr) << "no row holds, seed " << seed + i << "\n" << Show(sample);
      ASSERT_EQ(held->reason, outcome.reason) << "seed " << seed + i << "\n" << Show(sample);
      ASSERT_EQ(held->forwards, outcome.kind == model::Outcome::Kind::kForward);
      ASSERT_EQ(held->route, outcome.route) << "seed " << seed + i << "\n" << Show(sample);
      if (!held->forwards) {
        ASSERT_EQ(held->status, outcome.status);
      }
      ++requests;
      (held->forwards ? forwarded : answered) += 1;
    }
  }
  // The test says something only when both kinds are common.
  EXPECT_LT(refused, requests / 5);
  EXPECT_GT(forwarded, requests / 20);
  EXPECT_GT(answered, requests / 20);
}

// Every class is real: its value passes the tests it is said to pass, and of
// every request that the solver finds the formula holds on its concrete values.
TEST(EncodeModel, TheSolversRequestsHoldConcretely) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SmallPolicies random(seed);
    const syntax::Policy policy = random.Policy();
    Universe universe;
    const auto listeners = AddListeners(universe, policy.gateways[0]);
    const auto rows =
        EncodeGateway(universe, policy, policy.gateways[0], listeners, Unsendable::kApart);
    const auto classes = ClassesOf(universe);
    ASSERT_TRUE(classes.has_value()) << classes.error();
    for (std::uint32_t d = 0; d < classes->size(); ++d) {
      const Dimension& dimension = universe.dimensions()[d];
      if (dimension.domain == Domain::kList) continue;
      for (const ValueClass& one : (*classes)[d]) {
        for (std::uint32_t t = 0; t < dimension.tests.size(); ++t) {
          ASSERT_EQ(one.Passes(t), Universe::Holds(dimension, dimension.tests[t], one.value));
        }
      }
    }
    Symbolic symbolic(universe, *classes);
    for (const Row& row : rows) {
      const auto found = symbolic.Find("row", row.when, 5000);
      ASSERT_NE(found.kind, Symbolic::Found::Kind::kUnknown) << found.reason;
      if (found.kind == Symbolic::Found::Kind::kSome) {
        EXPECT_TRUE(universe.Evaluate(row.when, found.request)) << "seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace weir::compiler
