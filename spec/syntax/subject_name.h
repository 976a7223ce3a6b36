// What an attribute is called in a policy, and its subject: "header" of `header.x-a`.
#ifndef WEIR_SPEC_SYNTAX_SUBJECT_NAME_H_
#define WEIR_SPEC_SYNTAX_SUBJECT_NAME_H_

#include <string>
#include <string_view>

#include "spec/syntax/expression.h"

namespace weir::syntax {

constexpr std::string_view SubjectName(Subject subject) {
  switch (subject) {
    case Subject::kClientAddress:
      return "client.address";
    case Subject::kListenerPort:
      return "listener.port";
    case Subject::kScheme:
      return "scheme";
    case Subject::kMethod:
      return "method";
    case Subject::kHost:
      return "host";
    case Subject::kPath:
      return "path";
    case Subject::kUpstreamPath:
      return "upstream.path";
    case Subject::kHeader:
      return "header";
    case Subject::kQuery:
      return "query";
    case Subject::kCookie:
      return "cookie";
    case Subject::kJwtVerified:
      return "jwt.verified";
    case Subject::kJwtClaim:
      return "jwt";
    case Subject::kPeer:
      return "peer";
    case Subject::kConsumer:
      return "consumer";
    case Subject::kCapture:
      return "capture";
    case Subject::kRoute:
      return "route";
  }
  return "";
}

// "header.x-a", "client.address".
inline std::string AttributeName(const Attribute& attribute) {
  const std::string subject(SubjectName(attribute.subject));
  return attribute.name.empty() ? subject : subject + "." + attribute.name;
}

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_SUBJECT_NAME_H_
