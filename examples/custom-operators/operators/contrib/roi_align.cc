#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "../../registry.h"

namespace simpledet {
namespace {

/*! A channel of a feature map. */
struct Plane {
  const float* data;
  int height;
  int width;

  /*! The value between the pixels, 0 beyond the border. */
  float Sample(float y, float x) const {
    if (!(y > -1.0f && y < static_cast<float>(height) && x > -1.0f && x < static_cast<float>(width))) return 0.0f;
    y = std::max(y, 0.0f);
    x = std::max(x, 0.0f);
    const int top = std::min(static_cast<int>(y), height - 1);
    const int left = std::min(static_cast<int>(x), width - 1);
    const int bottom = std::min(top + 1, height - 1);
    const int right = std::min(left + 1, width - 1);
    const float dy = std::min(y - static_cast<float>(top), 1.0f);
    const float dx = std::min(x - static_cast<float>(left), 1.0f);
    const float above = At(top, left) * (1.0f - dx) + At(top, right) * dx;
    const float below = At(bottom, left) * (1.0f - dx) + At(bottom, right) * dx;
    return above * (1.0f - dy) + below * dy;
  }

  float At(int y, int x) const { return data[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + x]; }
};

/*! A parameter that counts something. */
int Count(const Parameters& parameters, const char* name) {
  const double value = parameters.at(name);
  if (!(value >= 1.0 && value <= 1024.0) || value != std::floor(value)) {
    throw std::invalid_argument(std::string("roi_align: ") + name + " is a count from 1 to 1024");
  }
  return static_cast<int>(value);
}

/*!
 * Features (N, C, H, W) and regions (R, 5) of sample, x1, y1, x2, y2 -> (R, C, pooled, pooled): each bin is the
 * mean of samples x samples points, interpolated between the pixels.
 */
Tensor RoiAlign(const Inputs& inputs, const Parameters& parameters) {
  const Tensor& features = *inputs[0];
  const Tensor& regions = *inputs[1];
  if (features.shape.size() != 4 || regions.shape.size() != 2 || regions.shape[1] != 5) {
    throw std::invalid_argument("roi_align: takes features (N, C, H, W) and regions (R, 5)");
  }
  if (features.shape[2] > 1 << 20 || features.shape[3] > 1 << 20) {
    throw std::invalid_argument("roi_align: the feature map is too large");
  }
  const int pooled = Count(parameters, "pooled");
  const int samples = Count(parameters, "samples");
  const auto scale = static_cast<float>(parameters.at("spatial_scale"));
  const int height = static_cast<int>(features.shape[2]);
  const int width = static_cast<int>(features.shape[3]);
  const std::size_t plane = features.Extent(2) * features.Extent(3);
  Tensor out({regions.shape[0], features.shape[1], pooled, pooled});
  float* next = out.data.data();
  for (std::size_t r = 0; r < regions.Extent(0); ++r) {
    const float* region = &regions.data[5 * r];
    if (!(region[0] >= 0.0f && region[0] < static_cast<float>(features.shape[0]))) {
      throw std::invalid_argument("roi_align: a region names a sample that isn't there");
    }
    const auto sample = static_cast<std::size_t>(region[0]);
    const float x1 = region[1] * scale;
    const float y1 = region[2] * scale;
    // A region is at least one pixel wide.
    const float step_x = std::max(region[3] * scale - x1, 1.0f) / static_cast<float>(pooled * samples);
    const float step_y = std::max(region[4] * scale - y1, 1.0f) / static_cast<float>(pooled * samples);
    for (std::size_t c = 0; c < features.Extent(1); ++c) {
      const Plane channel{features.data.data() + (sample * features.Extent(1) + c) * plane, height, width};
      for (int bin = 0; bin < pooled * pooled; ++bin) {
        float sum = 0.0f;
        for (int point = 0; point < samples * samples; ++point) {
          const int row = bin / pooled * samples + point / samples;
          const int column = bin % pooled * samples + point % samples;
          sum += channel.Sample(y1 + (static_cast<float>(row) + 0.5f) * step_y,
                                x1 + (static_cast<float>(column) + 0.5f) * step_x);
        }
        *next++ = sum / static_cast<float>(samples * samples);
      }
    }
  }
  return out;
}

}  // namespace

SIMPLEDET_REGISTER_OPERATOR(roi_align,
                            {2, {{"pooled", 7.0}, {"samples", 2.0}, {"spatial_scale", 1.0}}, RoiAlign});

}  // namespace simpledet
