// What each row of a side does, told by settings, so that two rows can be
// compared and what differs can be named. Only what shows in the answers of the
// row's own requests is told: a preflight's answer has a max-age, a plain GET's
// has not (CORS-2, CORS-4).
#ifndef WEIR_COMPILER_ENCODE_DIFF_TREATMENT_H_
#define WEIR_COMPILER_ENCODE_DIFF_TREATMENT_H_

#include <map>
#include <string>
#include <vector>

#include "compiler/encode/diff_side.h"

namespace weir::compiler {

// One thing that a row does.
struct Deed {
  std::string text;   // two rows do the same iff these are equal
  std::string owner;  // the setting that says so
  std::string name;
  std::string shown;  // what the setting says; empty: `text`
  syntax::NodeId node = syntax::kNoNode;
};

// By a name that both sides have for it, "retry: attempts". What stands before
// the colon is a group that comes and goes as a whole.
using Deeds = std::map<std::string, Deed>;

struct TreatedRow {
  Row row;  // its aspects are the texts of `deeds`
  Deeds deeds;
};

// Rows of routes with CORS are split in two where an admitted origin makes a
// difference, so all this comes before the universe's classes are made.
std::vector<TreatedRow> Treated(Universe& universe, const Side& side, std::vector<Row> rows);

// The settings by which two rows differ, in words.
std::vector<SettingChange> ChangesOf(const Side& before_side, const TreatedRow& before,
                                     const Side& after_side, const TreatedRow& after);

// Where the clause was written that gives a route this setting.
syntax::NodeId ClauseOf(const syntax::Route& route, const std::string& keyword);

// "route users of edge", "gateway edge"; the gateway is named as the new side has it.
std::string RouteOwner(const std::string& route, const std::string& gateway);
std::string GatewayOwner(const syntax::Gateway& gateway);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DIFF_TREATMENT_H_
