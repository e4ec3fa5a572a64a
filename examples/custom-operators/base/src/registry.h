#ifndef SIMPLEDET_REGISTRY_H_
#define SIMPLEDET_REGISTRY_H_

#include <map>
#include <string>
#include <vector>

#include "tensor.h"

namespace simpledet {

using Parameters = std::map<std::string, double>;
using Inputs = std::vector<const Tensor*>;

/*! What an operator is: how many tensors it takes, its parameters with their defaults, and what it computes. */
struct Operator {
  std::size_t num_inputs;
  Parameters defaults;
  Tensor (*compute)(const Inputs& inputs, const Parameters& parameters);
};

/*! All operators by name, in alphabetical order. */
std::map<std::string, Operator>& Registry();

/*! Runs an operator after checking the number of inputs and the names of parameters. Throws on a mistake. */
Tensor Invoke(const std::string& name, const Inputs& inputs, const Parameters& given);

struct Registration {
  Registration(const char* name, Operator op) { Registry().emplace(name, std::move(op)); }
};

/*!
 * Registers an operator when the library is loaded. The registration is visible to the linker under the
 * operator's name: a library with two operators of one name doesn't link.
 */
#define SIMPLEDET_REGISTER_OPERATOR(NAME, ...)    \
  extern const Registration registration_##NAME;  \
  const Registration registration_##NAME(#NAME, Operator __VA_ARGS__)

}  // namespace simpledet

#endif  // SIMPLEDET_REGISTRY_H_
