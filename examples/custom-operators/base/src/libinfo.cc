#include "simpledet/c_api.h"

namespace {

// The names are MXNet's. What the compiler was allowed to use, it says itself; the kernels of this tree run on the
// CPU and call neither CUDA nor oneDNN.
constexpr LibFeature kFeatures[] = {
    {"CUDA", false},
    {"CUDNN", false},
    {"NCCL", false},
    {"TENSORRT", false},
    {"ONEDNN", false},
#if defined(__SSE__)
    {"CPU_SSE", true},
#else
    {"CPU_SSE", false},
#endif
#if defined(__SSE2__)
    {"CPU_SSE2", true},
#else
    {"CPU_SSE2", false},
#endif
#if defined(__AVX__)
    {"CPU_AVX", true},
#else
    {"CPU_AVX", false},
#endif
#if defined(__AVX2__)
    {"CPU_AVX2", true},
#else
    {"CPU_AVX2", false},
#endif
#if defined(_OPENMP)
    {"OPENMP", true},
#else
    {"OPENMP", false},
#endif
    {"OPENCV", false},
    {"DIST_KVSTORE", false},
    {"INT64_TENSOR_SIZE", true},
};

}  // namespace

int MXLibInfoFeatures(const LibFeature** features, size_t* size) {
  *features = kFeatures;
  *size = sizeof(kFeatures) / sizeof(kFeatures[0]);
  return 0;
}
