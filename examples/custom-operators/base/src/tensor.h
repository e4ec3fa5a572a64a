#ifndef SIMPLEDET_TENSOR_H_
#define SIMPLEDET_TENSOR_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

namespace simpledet {

/*! The number of elements of a shape. Throws if a dimension is negative or the product doesn't fit. */
inline std::size_t NumElements(const std::vector<std::int64_t>& shape) {
  constexpr std::size_t kLimit = std::numeric_limits<std::size_t>::max() / sizeof(float);
  std::size_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0) throw std::invalid_argument("a dimension is negative");
    const auto size = static_cast<std::uint64_t>(extent);
    if (size != 0 && count > kLimit / size) throw std::invalid_argument("the shape is too large");
    count *= static_cast<std::size_t>(size);
  }
  return count;
}

/*! A dense tensor in row-major order. */
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> data;

  explicit Tensor(std::vector<std::int64_t> extents) : shape(std::move(extents)), data(NumElements(shape)) {}

  std::size_t Extent(std::size_t axis) const { return static_cast<std::size_t>(shape.at(axis)); }
};

}  // namespace simpledet

#endif  // SIMPLEDET_TENSOR_H_
