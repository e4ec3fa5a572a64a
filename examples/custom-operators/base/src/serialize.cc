#include "serialize.h"

#include <snappy-c.h>

#include <cstring>
#include <stdexcept>

namespace simpledet {
namespace {

constexpr char kMagic[] = {'S', 'D', 'T', '1'};
constexpr std::size_t kMaxDimensions = 32;

void AppendInteger(std::string* out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out->push_back(static_cast<char>(value >> shift & 0xff));
}

std::uint64_t ReadInteger(const char* bytes) {
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

[[noreturn]] void Refuse(const char* reason) {
  throw std::invalid_argument(std::string("this is no serialized tensor: ") + reason);
}

}  // namespace

std::string Serialize(const Tensor& tensor) {
  std::string out(kMagic, sizeof(kMagic));
  AppendInteger(&out, tensor.shape.size());
  for (const std::int64_t extent : tensor.shape) AppendInteger(&out, static_cast<std::uint64_t>(extent));
  const std::size_t header = out.size();
  const std::size_t size = tensor.data.size() * sizeof(float);
  std::size_t compressed = snappy_max_compressed_length(size);
  out.resize(header + compressed);
  const auto* data = reinterpret_cast<const char*>(tensor.data.data());
  if (snappy_compress(data, size, &out[header], &compressed) != SNAPPY_OK) {
    throw std::runtime_error("Snappy couldn't compress the tensor");
  }
  out.resize(header + compressed);
  return out;
}

Tensor Deserialize(const char* bytes, std::size_t size) {
  if (size < sizeof(kMagic) + 8 || std::memcmp(bytes, kMagic, sizeof(kMagic)) != 0) Refuse("it has no header");
  const std::uint64_t dimensions = ReadInteger(bytes + sizeof(kMagic));
  if (dimensions > kMaxDimensions) Refuse("it has too many dimensions");
  const std::size_t header = sizeof(kMagic) + 8 * (1 + static_cast<std::size_t>(dimensions));
  if (size < header) Refuse("it ends in its shape");
  std::vector<std::int64_t> shape;
  for (std::size_t axis = 0; axis < dimensions; ++axis) {
    shape.push_back(static_cast<std::int64_t>(ReadInteger(bytes + sizeof(kMagic) + 8 * (1 + axis))));
  }
  // Both sizes are compared before anything of that size is allocated.
  const std::size_t expected = NumElements(shape) * sizeof(float);
  const char* data = bytes + header;
  std::size_t length = 0;
  if (snappy_uncompressed_length(data, size - header, &length) != SNAPPY_OK || length != expected) {
    Refuse("its data don't fill its shape");
  }
  if (snappy_validate_compressed_buffer(data, size - header) != SNAPPY_OK) Refuse("its data are damaged");
  Tensor tensor(std::move(shape));
  auto* out = reinterpret_cast<char*>(tensor.data.data());
  if (snappy_uncompress(data, size - header, out, &length) != SNAPPY_OK) Refuse("its data are damaged");
  return tensor;
}

}  // namespace simpledet
