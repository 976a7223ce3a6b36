// Writes a policy of one shape and size to stdout; without arguments, the
// shapes, each with the size that is measured first.
//
//   weir-shapes [SHAPE [SIZE]]
#include "tests/support/shapes/shapes.h"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  using namespace weir::tests;
  if (argc == 1) {
    for (const Shape& shape : Shapes()) {
      std::printf("%s\t%zu\t%s\n", shape.name.data(), shape.usual, shape.what.data());
    }
    return 0;
  }
  const Shape* shape = ShapeNamed(argv[1]);
  if (shape == nullptr) {
    std::fprintf(stderr, "weir-shapes: no shape of the name %s\n", argv[1]);
    return 2;
  }
  const std::size_t size = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : shape->usual;
  const std::string text = shape->make(size);
  std::fwrite(text.data(), 1, text.size(), stdout);
}
