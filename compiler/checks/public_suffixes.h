// Names under which strangers register names of their own.
//
// Every top-level name is one, but for those that are kept from the DNS (RFC
// 6761, 6762, and `internal`). Below them the Public Suffix List has thousands;
// here are those under which applications are commonly put. A name that is not
// here is not said to be safe.
#ifndef WEIR_COMPILER_CHECKS_PUBLIC_SUFFIXES_H_
#define WEIR_COMPILER_CHECKS_PUBLIC_SUFFIXES_H_

#include <algorithm>
#include <string_view>

namespace weir::compiler {

inline constexpr std::string_view kPrivateNames[] = {"example", "internal",  "invalid",
                                                     "local",   "localhost", "test"};

inline constexpr std::string_view kSharedSuffixes[] = {
    // of countries
    "ac.uk", "co.in", "co.jp", "co.kr", "co.nz", "co.uk", "co.za", "com.ar", "com.au", "com.br",
    "com.cn", "com.hk", "com.mx", "com.pl", "com.sg", "com.tr", "com.tw", "gov.uk", "me.uk",
    "ne.jp", "net.au", "or.jp", "org.au", "org.uk",
    // of those who host for others
    "amplifyapp.com", "appspot.com", "azurestaticapps.net", "azurewebsites.net",
    "blob.core.windows.net", "cloudfront.net", "cloudfunctions.net", "deno.dev", "firebaseapp.com",
    "fly.dev", "github.io", "gitlab.io", "glitch.me", "herokuapp.com", "netlify.app",
    "ngrok-free.app", "ngrok.io", "onrender.com", "pages.dev", "r2.dev", "replit.app", "run.app",
    "s3.amazonaws.com", "surge.sh", "trycloudflare.com", "vercel.app", "web.app", "workers.dev"};

// `host` in lower case, as origins are written.
inline bool IsOpenToStrangers(std::string_view host) {
  if (host.find('.') == std::string_view::npos) {
    return std::ranges::find(kPrivateNames, host) == std::end(kPrivateNames);
  }
  return std::ranges::find(kSharedSuffixes, host) != std::end(kSharedSuffixes);
}

// A page from there never crossed a network (Secure Contexts, 3.1).
inline bool IsLoopback(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
         host.starts_with("127.");
}

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_PUBLIC_SUFFIXES_H_
