#include "group_norm-inl.h"

#include <stdexcept>

#include "../../registry.h"

namespace simpledet {
namespace {

/*! Group normalization of (N, C, ...): each sample's channels are normalized in `groups` groups. */
Tensor GroupNorm(const Inputs& inputs, const Parameters& parameters) {
  const Tensor& in = *inputs[0];
  const auto groups = static_cast<std::int64_t>(parameters.at("groups"));
  if (in.shape.size() < 2 || groups < 1 || in.shape[1] % groups != 0) {
    throw std::invalid_argument("group_norm: the groups must divide the channels of (N, C, ...)");
  }
  Tensor out(in.shape);
  const std::size_t count = in.Extent(0) * static_cast<std::size_t>(groups);
  const std::size_t size = count == 0 ? 0 : in.data.size() / count;
  const auto epsilon = static_cast<float>(parameters.at("epsilon"));
  for (std::size_t i = 0; i < count; ++i) NormalizeGroup(&in.data[i * size], &out.data[i * size], size, epsilon);
  return out;
}

}  // namespace

SIMPLEDET_REGISTER_OPERATOR(group_norm, {1, {{"groups", 1.0}, {"epsilon", 1e-5}}, GroupNorm});

}  // namespace simpledet
