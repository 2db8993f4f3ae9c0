#include "training/weight_average.h"

#include <utility>

#include "ops/elementwise.h"
#include "ops/optimizer.h"

namespace sidestep {

void WeightAverage::start() {
  if (!kept()) return;
  for (const Parameter& p : adapters_.parameters()) {
    values_.emplace_back(DType::f32, p.value.shape(), stream_.device());
    copy({p.value, values_.back().tensor()}, stream_);
  }
}

void WeightAverage::update(ConstTensor proceed) {
  if (!kept()) return;
  EmaUpdate ema{.averages = {}, .params = {}, .decay = decay_, .proceed = proceed};
  for (size_t i = 0; i < values_.size(); ++i) {
    ema.averages.push_back(values_[i].tensor());
    ema.params.push_back(adapters_.parameters()[i].value);
  }
  ema_update(ema, stream_);
}

void WeightAverage::put_in_place(Workspace work) {
  if (!kept()) return;
  const auto& parameters = adapters_.parameters();
  std::vector<Storage> backup;
  backup.reserve(parameters.size());
  for (const Parameter& p : parameters) backup.emplace_back(DType::f32, p.value.shape(), stream_.device());
  for (size_t i = 0; i < parameters.size(); ++i) {
    copy({parameters[i].value, backup[i].tensor()}, stream_);
    copy({values_[i].tensor(), parameters[i].value}, stream_);
  }
  raw_ = std::move(backup);
  adapters_.refresh(work);
}

/// Nothing where the raw weights are in their place.
void WeightAverage::put_back(Workspace work) {
  if (raw_.empty()) return;
  const auto& parameters = adapters_.parameters();
  for (size_t i = 0; i < parameters.size(); ++i) copy({raw_[i].tensor(), parameters[i].value}, stream_);
  raw_.clear();
  adapters_.refresh(work);
}

void WeightAverage::use_during(const std::function<void()>& body, Workspace work) {
  try {
    put_in_place(work);
    body();
  } catch (...) {
    put_back(work);
    throw;
  }
  put_back(work);
}

}  // namespace sidestep
