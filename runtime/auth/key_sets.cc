#include "runtime/auth/key_sets.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace weir::runtime {
namespace {

constexpr std::size_t kMaxKeyFile = std::size_t{1} << 20;
constexpr std::int64_t kSecond = 1'000'000'000;

std::expected<std::string, std::string> ReadKeyFile(const std::string& path) {
  struct stat about{};
  if (stat(path.c_str(), &about) != 0) return std::unexpected(path + ": " + std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return std::unexpected(path + ": is no plain file");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (file == nullptr) return std::unexpected(path + ": " + std::strerror(errno));
  std::string octets(kMaxKeyFile + 1, '\0');
  octets.resize(std::fread(octets.data(), 1, octets.size(), file.get()));
  if (std::ferror(file.get()) != 0) return std::unexpected(path + ": cannot be read");
  return octets;
}

JwtPolicy PolicyOf(const Table& table, const JwtRecord& record) {
  JwtPolicy policy;
  policy.issuer = table.text(record.issuer);
  for (StringRef audience : Table::Slice(table.strings(), record.audiences)) {
    policy.audiences.emplace_back(table.text(audience));
  }
  policy.skew = record.skew / kSecond;
  for (const ClaimRecord& claim : Table::Slice(table.claims(), record.claims)) {
    const StringRef member = claim.source.length > 0 ? claim.source : claim.name;
    policy.claims.push_back({std::string(table.text(member)), claim.type, claim.words != 0});
  }
  return policy;
}

std::expected<KeySets::Issuer, std::string> LoadIssuer(const Table& table, const JwtRecord& record,
                                                       const std::string& base) {
  KeySets::Issuer issuer;
  issuer.policy = PolicyOf(table, record);
  const std::string location(table.text(record.keys));
  if (record.keys_kind == SecretKind::kUrl) return issuer;
  std::string octets;
  std::string named = "environment variable " + location;
  if (record.keys_kind == SecretKind::kEnvironment) {
    const char* value = std::getenv(location.c_str());
    if (value == nullptr) return std::unexpected(named + " is not set");
    octets = value;
  } else {
    named = location.starts_with('/') || base.empty() ? location : base + "/" + location;
    auto read = ReadKeyFile(named);
    if (!read) return std::unexpected(read.error());
    octets = std::move(*read);
  }
  auto keys = ReadKeySet(octets, record.algorithms);
  if (!keys) return std::unexpected(named + ": " + keys.error());
  issuer.keys = std::move(*keys);
  issuer.available = true;
  return issuer;
}

}  // namespace

std::expected<std::shared_ptr<const KeySets>, std::string> KeySets::Load(const Table& table,
                                                                         const std::string& base) {
  const std::shared_ptr<KeySets> out(new KeySets);
  for (const JwtRecord& record : table.jwts()) {
    const std::string name = "jwt " + std::string(table.text(record.name));
    auto issuer = LoadIssuer(table, record, base);
    if (!issuer) return std::unexpected(name + ": " + issuer.error());
    for (const std::string& note : issuer->keys.notes) out->notes_.push_back(name + ": " + note);
    out->issuers_.push_back(std::move(*issuer));
  }
  return out;
}

}  // namespace weir::runtime
