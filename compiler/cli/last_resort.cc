// Searches count what they keep, so this is met only by what nobody thought of. The limit
// is that of the process's data: the system then refuses memory where it would otherwise
// end the process, or another one.
#include "compiler/cli/last_resort.h"

#include <cxxabi.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <typeinfo>

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

// Said where memory may be out.
const std::string& Reason() {
  static const std::string reason =
      "unknown: it takes more memory than " + std::to_string(Limit()) + " MB, the last resort";
  return reason;
}

bool IsOfMemory(const std::exception_ptr& exception) {
  try {
    if (exception) std::rethrow_exception(exception);
  } catch (const std::bad_alloc&) {
    return true;
  } catch (const std::system_error& error) {  // of a thread whose stack does not fit
    return error.code() == std::errc::resource_unavailable_try_again;
  } catch (...) {  // Z3's own, which it declares to nobody
    const std::type_info* type = abi::__cxa_current_exception_type();
    return type != nullptr && std::string_view(type->name()).contains("out_of_memory");
  }
  return false;
}

// Where the solver runs out of memory in a thread of its own, or where it lets nothing
// through, nobody can catch it.
[[noreturn]] void WhenNobodyCatches() {
  if (!IsOfMemory(std::current_exception())) std::abort();
  const std::string& reason = Reason();
  for (const std::string_view part :
       {std::string_view("weir: "), std::string_view(reason), std::string_view("\n")}) {
    if (write(STDERR_FILENO, part.data(), part.size()) < 0) break;
  }
  _exit(kUndecided);
}

}  // namespace

int WithinMemory(const std::function<int()>& run) {
  const std::string& reason = Reason();
  std::set_terminate(WhenNobodyCatches);
  try {
    return run();
  } catch (...) {
    if (!IsOfMemory(std::current_exception())) throw;
  }
  Complain(reason);
  return kUndecided;
}

}  // namespace weir::cli
