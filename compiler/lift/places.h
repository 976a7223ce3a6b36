// Where the rows of a table were written, as the origins of a core: a table knows
// lines and columns, a core offsets into texts. So texts are made in which the rows
// stand at their lines and columns, with nothing between them.
#ifndef WEIR_COMPILER_LIFT_PLACES_H_
#define WEIR_COMPILER_LIFT_PLACES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/source/source_map.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

class PlaceWriter {
 public:
  struct At {
    std::uint32_t line = 0;  // from 1; 0: not known
    std::uint32_t column = 0;
  };

  // A node of its own for what stands there as `text`; an empty text takes no room.
  // Without a file it stands nowhere.
  syntax::NodeId Add(std::string_view file, At at, std::string_view text);

  // Gives the policy its files and origins, and the texts for them. False when the
  // places are too far apart for any policy that a person wrote.
  bool Finish(syntax::Policy& policy, dsl::SourceMap& sources) const;

 private:
  struct Node {
    std::uint32_t file = 0;
    At at;
    std::string text;
  };
  std::vector<std::string> files_;
  std::map<std::string, std::uint32_t, std::less<>> places_;  // of files_
  std::vector<Node> nodes_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_LIFT_PLACES_H_
