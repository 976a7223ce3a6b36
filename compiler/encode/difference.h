// Where two lists of rows disagree: the one comparison behind `weir diff` (old
// and new policy) and table = source (policy and loaded table).
#ifndef WEIR_COMPILER_ENCODE_DIFFERENCE_H_
#define WEIR_COMPILER_ENCODE_DIFFERENCE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/encode/order.h"
#include "compiler/encode/symbolic.h"

namespace weir::compiler {

// Requests that are `first`'s on one side and `second`'s on the other, with one
// of them.
struct Disagreement {
  std::size_t first = 0;  // places in the lists of rows
  std::size_t second = 0;
  std::vector<Value> request;
};

struct DifferenceOptions {
  unsigned budget_ms = 5000;  // for each query
  std::size_t max_regions = 200;
  bool compare_routes = false;  // whether the same treatment by another route differs
};

struct Differences {
  std::vector<Disagreement> regions;  // by first, then second
  bool more = false;                  // stopped at max_regions
  std::string unknown;                // why not all could be found; empty: all were
};

// Both lists must be exhaustive and without overlap, as EncodeGateway's are.
// A formula that is true exactly of the requests that are treated differently.
Formula Differ(Universe& universe, const std::vector<Row>& first, const std::vector<Row>& second,
               bool compare_routes);

Differences FindDifferences(Universe& universe, Symbolic& symbolic, const std::string& name,
                            const std::vector<Row>& first, const std::vector<Row>& second,
                            const DifferenceOptions& options);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DIFFERENCE_H_
