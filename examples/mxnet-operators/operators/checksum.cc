// Two operators for a published MXNet, registered through its interface for libraries (mxnet/lib_api.h).
#include <mxnet/lib_api.h>
#include <zlib.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

using mxnet::ext::CustomOp;  // REGISTER_OP's expansion names it unqualified in some compilers.
using mxnet::ext::MXReturnValue;
using mxnet::ext::MXTensor;
using mxnet::ext::OpResource;
using Attributes = std::unordered_map<std::string, std::string>;

MXReturnValue OneToOne(const Attributes&, int* inputs, int* outputs) {
  *inputs = 1;
  *outputs = 1;
  return mxnet::ext::MX_SUCCESS;
}

MXReturnValue SameType(const Attributes&, std::vector<int>* in, std::vector<int>* out) {
  if (in->at(0) != mxnet::ext::kFloat32) {
    MX_ERROR_MSG << "the input must be float32";
    return mxnet::ext::MX_FAIL;
  }
  out->at(0) = mxnet::ext::kFloat32;
  return mxnet::ext::MX_SUCCESS;
}

MXReturnValue SameShape(const Attributes&, std::vector<std::vector<unsigned int>>* in,
                        std::vector<std::vector<unsigned int>>* out) {
  out->at(0) = in->at(0);
  return mxnet::ext::MX_SUCCESS;
}

MXReturnValue OneForAll(const Attributes&, std::vector<std::vector<unsigned int>>*,
                        std::vector<std::vector<unsigned int>>* out) {
  out->at(0) = {1};
  return mxnet::ext::MX_SUCCESS;
}

MXReturnValue ReluScaled(const Attributes& attributes, std::vector<MXTensor>* inputs,
                         std::vector<MXTensor>* outputs, const OpResource&) {
  const auto scale = attributes.count("scale") == 0 ? 2.0f : std::stof(attributes.at("scale"));
  const float* in = inputs->at(0).data<float>();
  float* out = outputs->at(0).data<float>();
  for (int64_t i = 0; i < inputs->at(0).size(); ++i) out[i] = in[i] > 0 ? in[i] * scale : 0;
  return mxnet::ext::MX_SUCCESS;
}

// The upper 24 bits of zlib's CRC-32 of the input's bytes: a float32 holds no more of them exactly.
MXReturnValue Checksum(const Attributes&, std::vector<MXTensor>* inputs, std::vector<MXTensor>* outputs,
                       const OpResource&) {
  const auto* bytes = reinterpret_cast<const Bytef*>(inputs->at(0).data<float>());
  const auto size = static_cast<uInt>(inputs->at(0).size() * sizeof(float));
  outputs->at(0).data<float>()[0] = static_cast<float>(crc32(0, bytes, size) >> 8);
  return mxnet::ext::MX_SUCCESS;
}

}  // namespace

REGISTER_OP(relu_scaled)
    .setForward(ReluScaled, "cpu")
    .setParseAttrs(OneToOne)
    .setInferType(SameType)
    .setInferShape(SameShape);

REGISTER_OP(checksum)
    .setForward(Checksum, "cpu")
    .setParseAttrs(OneToOne)
    .setInferType(SameType)
    .setInferShape(OneForAll);

MXReturnValue initialize(int version) {
  if (version >= 10900) return mxnet::ext::MX_SUCCESS;
  MX_ERROR_MSG << "MXNet " << version << " is older than 1.9";
  return mxnet::ext::MX_FAIL;
}
