// Who the client is taken for (CANON-11).
#ifndef WEIR_SPEC_MODEL_CLIENT_ADDRESS_H_
#define WEIR_SPEC_MODEL_CLIENT_ADDRESS_H_

#include "spec/model/model.h"

namespace weir::model {

// `forwarded_for`: the combined value of X-Forwarded-For, empty when absent.
syntax::Address ClientAddress(const syntax::Gateway& gateway, const syntax::Address& peer,
                              const std::string& forwarded_for);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_CLIENT_ADDRESS_H_
