// Searches count what they keep, so this is met only by what nobody thought of. The limit
// is that of the process's data: the system then refuses memory where it would otherwise
// end the process, or another one.
#include "compiler/cli/last_resort.h"

#include <sys/resource.h>

#include <algorithm>
#include <new>
#include <string>

#include "compiler/cli/commands.h"
#include "compiler/cli/output.h"

namespace weir::cli {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WEIR_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WEIR_SHADOW_MEMORY 1
#endif
#endif

// In megabytes; what a sanitizer reserves counts as well, so with one there is no limit.
rlim_t Limit() {
#ifdef WEIR_SHADOW_MEMORY
  return kMostMegabytes;
#else
  rlimit limit{};
  if (getrlimit(RLIMIT_DATA, &limit) != 0) return kMostMegabytes;
  limit.rlim_cur = std::min(limit.rlim_cur, rlim_t{kMostMegabytes} * 1'000'000);
  setrlimit(RLIMIT_DATA, &limit);
  return limit.rlim_cur / 1'000'000;
#endif
}

}  // namespace

int WithinMemory(const std::function<int()>& run) {
  const rlim_t megabytes = Limit();
  try {
    return run();
  } catch (const std::bad_alloc&) {
    Complain("unknown: it takes more memory than " + std::to_string(megabytes) +
             " MB, the last resort");
    return kUndecided;
  }
}

}  // namespace weir::cli
