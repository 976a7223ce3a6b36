// Queries and cookies that two programs could read in two ways (CANON-16, CANON-17).
#ifndef WEIR_SPEC_MODEL_READINGS_H_
#define WEIR_SPEC_MODEL_READINGS_H_

#include <set>
#include <string>

namespace weir::model {

// Whether each of these parameters has one value, whoever reads the query.
bool QueryIsPlain(const std::string& query, const std::set<std::string>& names);

// Whether each of these cookies has one value, whoever reads the combined field.
bool CookiesArePlain(const std::string& field, const std::set<std::string>& names);

// Whether some program takes the one name for the other.
bool ReadsAlike(const std::string& received, const std::string& name);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_READINGS_H_
