// Parts of the core as a reader of a table wants them: short, in the words of
// the language.
#ifndef WEIR_COMPILER_SHOW_WORDS_H_
#define WEIR_COMPILER_SHOW_WORDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "spec/syntax/policy.h"

namespace weir::compiler {

std::string Join(const std::vector<std::string>& parts, std::string_view separator);
std::string DurationWords(syntax::Duration duration);
std::string SocketWords(const syntax::SocketAddress& address);
std::string ListenerWords(const syntax::Listener& listener);
// One line for each part that is written.
std::vector<std::string> MatchWords(const syntax::Gateway& gateway, const syntax::Match& match);
std::string TransformWords(const syntax::Transform& transform);
std::string RedirectWords(const syntax::Redirect& redirect);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_SHOW_WORDS_H_
