#include "registry.h"

#include <stdexcept>

namespace simpledet {

std::map<std::string, Operator>& Registry() {
  // A local static: operators register before main, in an order that nobody knows.
  static std::map<std::string, Operator> operators;
  return operators;
}

Tensor Invoke(const std::string& name, const Inputs& inputs, const Parameters& given) {
  const auto found = Registry().find(name);
  if (found == Registry().end()) throw std::invalid_argument("there is no operator '" + name + "'");
  const Operator& op = found->second;
  if (inputs.size() != op.num_inputs) {
    throw std::invalid_argument(name + " takes " + std::to_string(op.num_inputs) + " tensors, not " +
                                std::to_string(inputs.size()));
  }
  Parameters parameters = op.defaults;
  for (const auto& [key, value] : given) {
    const auto parameter = parameters.find(key);
    if (parameter == parameters.end()) throw std::invalid_argument(name + " has no parameter '" + key + "'");
    parameter->second = value;
  }
  return op.compute(inputs, parameters);
}

}  // namespace simpledet
