// Values of the core in a policy's own words, for what `weir diff` shows.
#ifndef WEIR_COMPILER_ENCODE_DIFF_WORDS_H_
#define WEIR_COMPILER_ENCODE_DIFF_WORDS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "spec/syntax/policy.h"

namespace weir::compiler {

std::string Quoted(std::string_view text);

// What the names of captured segments stand for, "segment 2": names show nowhere.
using Captures = std::map<std::string, std::string>;
Captures CapturesOf(const syntax::PathPattern& pattern);
// Where its paths differ in it: "segment 2 or segment 3".
Captures CapturesOf(const syntax::Route& route);
// Whether a transform, the action or the key of a limit reads a capture.
bool ReadsCaptures(const syntax::Policy& policy, const syntax::Route& route);

// With `captures`, what they stand for is told in place of names.
std::string ToldAttribute(const syntax::Attribute& attribute, const Captures* captures = nullptr);
std::string ToldTransform(const std::vector<syntax::Transform>& transforms,
                          const Captures* captures = nullptr);
std::string ToldRedirect(const syntax::Redirect& redirect, const Captures* captures = nullptr);
// "404", "200 body \"x\"": with what is sent when the policy writes no body.
std::string ToldResponse(const syntax::Response& response);
// "127.0.0.1:8080", "[::1]:8080".
std::string ToldSocket(const syntax::SocketAddress& address);
std::string ToldNetwork(const syntax::Network& network);
std::string ToldDuration(syntax::Duration duration);
std::string ToldSize(std::uint64_t bytes);
// "[a, b]".
std::string ToldList(const std::vector<std::string>& words);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DIFF_WORDS_H_
