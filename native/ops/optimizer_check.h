#pragma once
#include <string>
#include <vector>

#include "ops/check.h"

namespace sidestep {

/// One list of an optimizer's operands against the list of parameters: same length, shapes, f32, contiguous.
template <typename A, typename B>
void check_list(const OpCheck& check, const std::string& name, const std::vector<A>& list, const std::vector<B>& params) {
  if (list.size() != params.size()) {
    check.refuse(name, std::to_string(params.size()) + " tensors, one a parameter");
  }
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string item = name + "[" + std::to_string(i) + "]";
    check.shape(item, list[i], params[i].shape());
    check.dtype(item, list[i], DType::f32);
    check.contiguous(item, list[i]);
  }
}

/// What holds back an update, if it is given.
inline void check_gate(const OpCheck& check, const ConstTensor& proceed) {
  if (!proceed) return;
  check.shape("proceed", proceed, {1});
  check.dtype("proceed", proceed, DType::u8);
}

template <typename T>
double total_elements(const std::vector<T>& tensors) {
  double total = 0;
  for (const auto& t : tensors) total += static_cast<double>(t.numel());
  return total;
}

}  // namespace sidestep
