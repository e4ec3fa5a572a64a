#ifndef SIMPLEDET_SERIALIZE_H_
#define SIMPLEDET_SERIALIZE_H_

#include <string>

#include "tensor.h"

namespace simpledet {

/*! Magic, number of dimensions, dimensions (all little endian), then the data, compressed by Snappy. */
std::string Serialize(const Tensor& tensor);

/*! The reverse. Throws std::invalid_argument on bytes that Serialize can't have written. */
Tensor Deserialize(const char* bytes, std::size_t size);

}  // namespace simpledet

#endif  // SIMPLEDET_SERIALIZE_H_
