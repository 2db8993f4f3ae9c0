#include "binding/method.h"

#include "core/error.h"

namespace sidestep::binding {

namespace {
std::map<std::string, Method::Function>& table() {
  static std::map<std::string, Method::Function> methods;  // built before main by the Method objects of each file
  return methods;
}
}  // namespace

Method::Method(const char* name, Function function) { table().emplace(name, function); }

Method::Function find_method(const std::string& name) {
  const auto found = table().find(name);
  if (found == table().end())
    throw Error("native/method-unknown", "The engine has no function \"" + name + "\"",
                "The engine and the program are of different versions: `sidestep doctor` says how to get the right one.");
  return found->second;
}

ConstTensor Request::input(const std::string& name, DType dtype, int rank) const {
  const auto found = inputs.find(name);
  if (found == inputs.end()) throw Error("native/input-missing", "Expected an input tensor \"" + name + "\"");
  const ConstTensor& tensor = found->second;
  if (tensor.dtype() != dtype || tensor.rank() != rank)
    throw Error("native/shape-mismatch", "Input \"" + name + "\": expected " + std::string(dtype_name(dtype)) + " of rank " +
                                             std::to_string(rank) + " but found " + std::string(dtype_name(tensor.dtype())) +
                                             " " + tensor.shape().to_string());
  return tensor;
}

}  // namespace sidestep::binding
