#include "spec/model/client_address.h"

#include "spec/model/address.h"
#include "spec/model/text.h"

namespace weir::model {

syntax::Address ClientAddress(const syntax::Gateway& gateway, const syntax::Address& peer,
                              const std::string& forwarded_for) {
  const std::vector<std::string> chain = Split(forwarded_for, ',');
  syntax::Address client = peer;
  for (auto element = chain.rbegin(); element != chain.rend(); ++element) {
    if (!ContainsAny(gateway.trusted_proxies, client)) return client;
    const auto address = ParseAddress(Trim(*element));
    if (!address) return client;
    client = *address;
  }
  return client;
}

}  // namespace weir::model
