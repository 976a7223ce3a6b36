// Where a redirect leads (ORDER-11).
#ifndef WEIR_SPEC_MODEL_REDIRECT_H_
#define WEIR_SPEC_MODEL_REDIRECT_H_

#include <string>

#include "spec/model/attribute.h"

namespace weir::model {

std::string Location(const syntax::Redirect& redirect, const Facts& facts);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_REDIRECT_H_
