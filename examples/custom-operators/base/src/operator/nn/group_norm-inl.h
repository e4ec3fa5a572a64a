#ifndef SIMPLEDET_OPERATOR_NN_GROUP_NORM_INL_H_
#define SIMPLEDET_OPERATOR_NN_GROUP_NORM_INL_H_

#include <cmath>
#include <cstddef>

namespace simpledet {

/*! Normalizes `size` numbers to mean 0 and variance 1, summing in single precision. */
inline void NormalizeGroup(const float* in, float* out, std::size_t size, float epsilon) {
  float mean = 0.0f;
  for (std::size_t i = 0; i < size; ++i) mean += in[i];
  mean /= static_cast<float>(size);
  float variance = 0.0f;
  for (std::size_t i = 0; i < size; ++i) variance += (in[i] - mean) * (in[i] - mean);
  const float deviation = std::sqrt(variance / static_cast<float>(size) + epsilon);
  for (std::size_t i = 0; i < size; ++i) out[i] = (in[i] - mean) / deviation;
}

}  // namespace simpledet

#endif  // SIMPLEDET_OPERATOR_NN_GROUP_NORM_INL_H_
