#pragma once
#include <string>
#include <vector>

#include "core/error.h"
#include "training/optimizer.h"

namespace sidestep {

/// One state tensor for each parameter, under one name: "exp_avg/<parameter>".
struct StateList {
  std::string name;
  std::vector<Storage> storages;

  StateList(std::string list_name, const std::vector<Parameter>& parameters, DType dtype = DType::f32)
      : name(std::move(list_name)) {
    for (const Parameter& p : parameters) storages.emplace_back(dtype, p.value.shape(), p.value.device());
  }
  explicit StateList(std::string list_name) : name(std::move(list_name)) {}

  std::vector<Tensor> tensors() const {
    std::vector<Tensor> views;
    for (const Storage& storage : storages) views.push_back(storage.tensor());
    return views;
  }
  std::vector<ConstTensor> views() const {
    const std::vector<Tensor> mine = tensors();
    return {mine.begin(), mine.end()};
  }
};

inline std::vector<Tensor> values_of(const std::vector<Parameter>& parameters) {
  std::vector<Tensor> views;
  for (const Parameter& p : parameters) views.push_back(p.value);
  return views;
}

inline std::vector<ConstTensor> gradients_of(const std::vector<Parameter>& parameters) {
  std::vector<ConstTensor> views;
  for (const Parameter& p : parameters) views.push_back(p.grad);
  return views;
}

inline void append_state(std::vector<Optimizer::NamedState>& out, const StateList& list,
                         const std::vector<Parameter>& parameters) {
  for (size_t i = 0; i < parameters.size(); ++i) {
    out.push_back({list.name + "/" + parameters[i].name, list.storages[i].tensor()});
  }
}

inline void expect_scalars(const std::vector<double>& values, size_t expected) {
  if (values.size() == expected) return;
  throw Error("train/state-mismatch",
              "The optimizer's state has " + std::to_string(values.size()) + " counters, expected " + std::to_string(expected),
              "The checkpoint was written by another optimizer or another version.");
}

}  // namespace sidestep
