#include "adapters/adapter_set.h"

#include <algorithm>

#include "adapters/selection.h"
#include "ops/optimizer.h"

namespace sidestep {

std::vector<std::string> linear_names(Dit& model) {
  std::vector<std::string> names;
  model.for_each_linear([&](Linear& layer) { names.push_back(layer.name); });
  return names;
}

std::string saved_prefix(AdapterType type, const std::string& module) {
  if (type == AdapterType::lokr || type == AdapterType::loha) {
    std::string flat = module;
    std::replace(flat.begin(), flat.end(), '.', '_');
    return "lycoris_" + flat + ".";
  }
  return "base_model.model." + module + ".";
}

AdapterSet::AdapterSet(Dit& model, const AdapterConfig& config) : config_(config) {
  const std::vector<std::string> names = linear_names(model);
  const std::vector<std::string> selected = select_modules(config, names);
  uint64_t index = 0;
  model.for_each_linear([&](Linear& layer) {
    const uint64_t own = index++;
    if (std::find(selected.begin(), selected.end(), layer.name) == selected.end()) return;
    modules_.push_back({layer.name, own, &layer, make_adapter(config, layer, own)});
  });
  for (const Module& module : modules_) {  // only when all could be made
    module.layer->adapter = module.adapter;
    for (const TrainedTensor& t : module.adapter->trained()) {
      parameters_.push_back({saved_prefix(config.type, module.name) + t.name, t.value.tensor(), t.grad.tensor()});
    }
  }
}

AdapterSet::~AdapterSet() {
  for (const Module& module : modules_) module.layer->adapter.reset();
}

void AdapterSet::initialise(uint64_t seed, Workspace work) {
  for (const Module& module : modules_) module.adapter->initialise(*module.layer, seed, module.index, work);
}

void AdapterSet::refresh(Workspace work) {
  for (const Module& module : modules_) {
    const Arena::Scope scope(work.arena);
    module.adapter->refresh(*module.layer, work);
  }
}

void AdapterSet::zero_gradients(Stream& stream) {
  ScaleAll zero{.tensors = {}, .factor = 0};
  for (const Parameter& p : parameters_) zero.tensors.push_back(p.grad);
  scale_all(zero, stream);
}

int64_t AdapterSet::parameter_count() const {
  int64_t count = 0;
  for (const Parameter& p : parameters_) count += p.value.numel();
  return count;
}

size_t AdapterSet::bytes() const {
  size_t bytes = 2 * sizeof(float) * static_cast<size_t>(parameter_count());
  for (const Module& module : modules_) bytes += module.adapter->derived_bytes();
  return bytes;
}

}  // namespace sidestep
