#include "simpledet/c_api.h"

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "registry.h"
#include "serialize.h"

struct SDTensor {
  simpledet::Tensor value;
};

struct SDBuffer {
  std::string bytes;
};

namespace {

thread_local std::string last_error;

/*! Runs the body of an API function: what it throws becomes the thread's last error. */
template <typename Body>
int Guard(Body body) noexcept {
  try {
    body();
    return 0;
  } catch (const std::exception& error) {
    last_error = error.what();
  } catch (...) {
    last_error = "unknown error";
  }
  return -1;
}

template <typename T>
T* NotNull(T* pointer, const char* name) {
  if (pointer == nullptr) throw std::invalid_argument(std::string(name) + " is a null pointer");
  return pointer;
}

}  // namespace

const char* SDGetLastError() { return last_error.c_str(); }

int SDListOperators(const char* const** names, size_t* size) {
  return Guard([&] {
    static const auto list = [] {
      std::vector<const char*> all;
      for (const auto& entry : simpledet::Registry()) all.push_back(entry.first.c_str());
      return all;
    }();
    *NotNull(names, "names") = list.data();
    *NotNull(size, "size") = list.size();
  });
}

int SDTensorCreate(const float* data, const int64_t* shape, size_t dimensions, SDTensorHandle* out) {
  return Guard([&] {
    NotNull(out, "out");
    if (dimensions > 0) NotNull(shape, "shape");
    auto tensor = std::make_unique<SDTensor>(
        SDTensor{simpledet::Tensor(std::vector<std::int64_t>(shape, shape + dimensions))});
    auto& values = tensor->value.data;
    if (!values.empty()) values.assign(NotNull(data, "data"), data + values.size());
    *out = tensor.release();
  });
}

int SDTensorShape(SDTensorHandle tensor, const int64_t** shape, size_t* dimensions) {
  return Guard([&] {
    *NotNull(shape, "shape") = NotNull(tensor, "tensor")->value.shape.data();
    *NotNull(dimensions, "dimensions") = tensor->value.shape.size();
  });
}

int SDTensorData(SDTensorHandle tensor, const float** data, size_t* size) {
  return Guard([&] {
    *NotNull(data, "data") = NotNull(tensor, "tensor")->value.data.data();
    *NotNull(size, "size") = tensor->value.data.size();
  });
}

void SDTensorFree(SDTensorHandle tensor) { delete tensor; }

int SDInvoke(const char* name, const SDTensorHandle* inputs, size_t num_inputs, const char* const* keys,
             const double* values, size_t num_parameters, SDTensorHandle* out) {
  return Guard([&] {
    NotNull(out, "out");
    simpledet::Inputs tensors;
    for (size_t i = 0; i < num_inputs; ++i) tensors.push_back(&NotNull(inputs[i], "an input")->value);
    simpledet::Parameters parameters;
    for (size_t i = 0; i < num_parameters; ++i) parameters.emplace(NotNull(keys[i], "a key"), values[i]);
    auto result = simpledet::Invoke(NotNull(name, "name"), tensors, parameters);
    *out = new SDTensor{std::move(result)};
  });
}

int SDTensorSave(SDTensorHandle tensor, SDBufferHandle* out) {
  return Guard([&] {
    NotNull(out, "out");
    *out = new SDBuffer{simpledet::Serialize(NotNull(tensor, "tensor")->value)};
  });
}

int SDTensorLoad(const char* bytes, size_t size, SDTensorHandle* out) {
  return Guard([&] {
    NotNull(out, "out");
    *out = new SDTensor{simpledet::Deserialize(NotNull(bytes, "bytes"), size)};
  });
}

int SDBufferBytes(SDBufferHandle buffer, const char** bytes, size_t* size) {
  return Guard([&] {
    *NotNull(bytes, "bytes") = NotNull(buffer, "buffer")->bytes.data();
    *NotNull(size, "size") = buffer->bytes.size();
  });
}

void SDBufferFree(SDBufferHandle buffer) { delete buffer; }
