#include <algorithm>

#include "../registry.h"

namespace simpledet {
namespace {

/*! The positive part, times `scale`. */
Tensor ReluScaled(const Inputs& inputs, const Parameters& parameters) {
  const auto scale = static_cast<float>(parameters.at("scale"));
  Tensor out(inputs[0]->shape);
  std::transform(inputs[0]->data.begin(), inputs[0]->data.end(), out.data.begin(),
                 [scale](float x) { return scale * std::max(x, 0.0f); });
  return out;
}

}  // namespace

SIMPLEDET_REGISTER_OPERATOR(relu_scaled, {1, {{"scale", 1.0}}, ReluScaled});

}  // namespace simpledet
