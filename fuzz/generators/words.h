// The few words that random policies and requests are made of: so few that
// they meet by chance, and among them those that have fooled proxies.
#ifndef WEIR_FUZZ_GENERATORS_WORDS_H_
#define WEIR_FUZZ_GENERATORS_WORDS_H_

#include <string>

#include "fuzz/generators/choices.h"
#include "spec/syntax/value.h"

namespace weir::fuzz {

std::string HostWord(Choices& choices);     // canonical
std::string SegmentWord(Choices& choices);  // a canonical segment, never empty
std::string MethodWord(Choices& choices);
std::string HeaderName(Choices& choices);  // lower case; one that policies read
std::string QueryName(Choices& choices);
std::string ClaimName(Choices& choices);
std::string ValueWord(Choices& choices);  // of a header, query, claim or cookie
std::string PeerWord(Choices& choices);
std::string OriginWord(Choices& choices);
syntax::Address AddressWord(Choices& choices);
syntax::Network NetworkWord(Choices& choices);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_GENERATORS_WORDS_H_
