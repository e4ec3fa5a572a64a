// Takes the place of the base's src/operator/nn/group_norm*, which is removed: two operators of one name don't link.
#include <cmath>
#include <stdexcept>

#include "../../registry.h"

namespace simpledet {
namespace {

/*! Normalizes `size` numbers to mean 0 and variance 1. Sums in double precision: feature maps are large. */
void Normalize(const float* in, float* out, std::size_t size, double epsilon) {
  double mean = 0.0;
  for (std::size_t i = 0; i < size; ++i) mean += in[i];
  mean /= static_cast<double>(size);
  double variance = 0.0;
  for (std::size_t i = 0; i < size; ++i) variance += (in[i] - mean) * (in[i] - mean);
  const double deviation = std::sqrt(variance / static_cast<double>(size) + epsilon);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<float>((in[i] - mean) / deviation);
}

/*!
 * Group normalization of (N, C, ...): each sample's channels are normalized in `groups` groups, then scaled by
 * gamma and shifted by beta, both of shape (C).
 */
Tensor GroupNorm(const Inputs& inputs, const Parameters& parameters) {
  const Tensor& in = *inputs[0];
  const Tensor& gamma = *inputs[1];
  const Tensor& beta = *inputs[2];
  const double groups = parameters.at("groups");
  if (in.shape.size() < 2 || !(groups >= 1.0) || std::fmod(static_cast<double>(in.shape[1]), groups) != 0.0) {
    throw std::invalid_argument("group_norm: the groups must divide the channels of (N, C, ...)");
  }
  if (gamma.data.size() != in.Extent(1) || beta.data.size() != in.Extent(1)) {
    throw std::invalid_argument("group_norm: gamma and beta have one number for each channel");
  }
  Tensor out(in.shape);
  if (in.data.empty()) return out;
  const std::size_t count = in.Extent(0) * static_cast<std::size_t>(groups);
  const std::size_t size = in.data.size() / count;
  const double epsilon = parameters.at("epsilon");
  for (std::size_t i = 0; i < count; ++i) Normalize(&in.data[i * size], &out.data[i * size], size, epsilon);

  const std::size_t plane = in.data.size() / (in.Extent(0) * in.Extent(1));
  for (std::size_t i = 0; i < out.data.size(); ++i) {
    const std::size_t channel = i / plane % in.Extent(1);
    out.data[i] = out.data[i] * gamma.data[channel] + beta.data[channel];
  }
  return out;
}

}  // namespace

SIMPLEDET_REGISTER_OPERATOR(group_norm, {3, {{"groups", 1.0}, {"epsilon", 1e-5}}, GroupNorm});

}  // namespace simpledet
