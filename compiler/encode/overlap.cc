#include "compiler/encode/overlap.h"

#include <algorithm>
#include <string_view>

namespace weir::compiler {
namespace {

bool Under(std::string_view host, std::string_view domain) {
  return host.size() > domain.size() + 1 && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

bool HostsOverlap(const Box& a, const Box& b) {
  using Host = Box::Host;
  if (a.host == Host::kAny || b.host == Host::kAny) return true;
  if (a.host == Host::kExact && b.host == Host::kExact) return a.host_name == b.host_name;
  if (a.host == Host::kExact) return Under(a.host_name, b.host_name);
  if (b.host == Host::kExact) return Under(b.host_name, a.host_name);
  return a.host_name == b.host_name || Under(a.host_name, b.host_name) ||
         Under(b.host_name, a.host_name);
}

bool PathsOverlap(const Box& a, const Box& b) {
  if (a.opaque || b.opaque) return true;
  const std::size_t common = std::min(a.segments.size(), b.segments.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto &x = a.segments[i], &y = b.segments[i];
    if (x && y && *x != *y) return false;
    if ((x && x->empty() && !y) || (y && y->empty() && !x)) return false;
  }
  if (a.segments.size() < b.segments.size()) return a.rest;
  return a.segments.size() == b.segments.size() || b.rest;
}

bool MethodsOverlap(const Reach& a, const Reach& b) {
  if (a.methods.empty() || b.methods.empty()) return true;
  return std::any_of(a.methods.begin(), a.methods.end(), [&](const std::string& method) {
    return std::find(b.methods.begin(), b.methods.end(), method) != b.methods.end();
  });
}

}  // namespace

bool MayOverlap(const Reach& a, const Reach& b) {
  if (!MethodsOverlap(a, b)) return false;
  for (const Box& x : a.boxes) {
    for (const Box& y : b.boxes) {
      if (HostsOverlap(x, y) && PathsOverlap(x, y)) return true;
    }
  }
  return false;
}

std::vector<Formula> FirstMatches(Formulas& f, const std::vector<Formula>& matches,
                                  const std::vector<Reach>& reaches) {
  std::vector<Formula> first;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    std::vector<Formula> all{matches[i]};
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (MayOverlap(reaches[earlier], reaches[i])) all.push_back(f.Not(matches[earlier]));
    }
    first.push_back(f.And(std::move(all)));
  }
  return first;
}

}  // namespace weir::compiler
