#include <algorithm>
#include <stdexcept>

#include "../registry.h"

namespace simpledet {
namespace {

struct Box {
  float x1, y1, x2, y2;

  float Area() const { return std::max(x2 - x1, 0.0f) * std::max(y2 - y1, 0.0f); }
};

Box BoxAt(const Tensor& boxes, std::size_t row) {
  const float* corner = &boxes.data[4 * row];
  return {corner[0], corner[1], corner[2], corner[3]};
}

void RequireBoxes(const Tensor& tensor) {
  if (tensor.shape.size() != 2 || tensor.shape[1] != 4) {
    throw std::invalid_argument("box_iou: boxes have the shape (N, 4): x1, y1, x2, y2");
  }
}

/*! Intersection over union of each box of the first tensor with each of the second: (N, 4), (M, 4) -> (N, M). */
Tensor BoxIou(const Inputs& inputs, const Parameters&) {
  const Tensor& left = *inputs[0];
  const Tensor& right = *inputs[1];
  RequireBoxes(left);
  RequireBoxes(right);
  Tensor out({left.shape[0], right.shape[0]});
  for (std::size_t i = 0; i < left.Extent(0); ++i) {
    for (std::size_t j = 0; j < right.Extent(0); ++j) {
      const Box a = BoxAt(left, i);
      const Box b = BoxAt(right, j);
      const Box common{std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2), std::min(a.y2, b.y2)};
      const float shared = common.Area();
      const float joint = a.Area() + b.Area() - shared;
      out.data[i * right.Extent(0) + j] = joint > 0.0f ? shared / joint : 0.0f;
    }
  }
  return out;
}

}  // namespace

SIMPLEDET_REGISTER_OPERATOR(box_iou, {2, {}, BoxIou});

}  // namespace simpledet
