#include "adapters/adapter_set.h"

#include <algorithm>

#include "adapters/kind.h"
#include "adapters/selection.h"
#include "ops/elementwise.h"
#include "ops/optimizer.h"

namespace sidestep {

std::vector<std::string> linear_names(Dit& model) {
  std::vector<std::string> names;
  model.for_each_linear([&](Linear& layer) { names.push_back(layer.name); });
  return names;
}

std::string saved_prefix(AdapterType type, const std::string& module) {
  if (is_lycoris(type)) {
    std::string flat = module;
    std::replace(flat.begin(), flat.end(), '.', '_');
    return "lycoris_" + flat + ".";
  }
  return "base_model.model." + module + ".";
}

namespace {

/// Every tensor that is no continuation of another's begins at such a multiple of elements: wide loads of 16-bit copies.
constexpr int64_t kAlignment = 64;

struct Place {
  size_t module = 0, tensor = 0;
  int64_t begin = 0;
};

/// All trained tensors of all adapters: group by group, in a group the first tensors of all its adapters, then the second ones.
/// So the A of layers that read one x are in one stack.
struct Layout {
  struct Stack {
    std::vector<size_t> modules;
    int64_t begin = 0;  ///< of the first tensor of the first one
  };
  std::vector<Place> places;
  std::vector<Stack> stacks;
  int64_t size = 0;

  void add_group(const std::vector<size_t>& members, const std::vector<AdapterSet::Module>& modules) {
    if (members.empty()) return;
    stacks.push_back({members, size});
    size_t tensors = 0;
    for (const size_t m : members) tensors = std::max(tensors, modules[m].adapter->trained().size());
    for (size_t t = 0; t < tensors; ++t) {
      for (const size_t m : members) {
        const std::vector<TrainedTensor>& trained = modules[m].adapter->trained();
        if (t >= trained.size()) continue;
        places.push_back({m, t, size});
        size += trained[t].value.tensor().numel();
      }
      size = (size + kAlignment - 1) / kAlignment * kAlignment;
    }
  }
};

Layout layout_of(Dit& model, const std::vector<AdapterSet::Module>& modules) {
  Layout layout;
  model.for_each_group([&](const std::vector<Linear*>& group) {
    std::vector<size_t> members;
    for (const Linear* layer : group)
      for (size_t m = 0; m < modules.size(); ++m)
        if (modules[m].layer == layer) members.push_back(m);
    layout.add_group(members, modules);
  });
  return layout;
}

/// `shape` elements of a block from `begin` on, which they keep alive.
Storage within(const Storage& block, int64_t begin, const Shape& shape) {
  const std::shared_ptr<Storage> owner = std::make_shared<Storage>(block);
  const Tensor view = block.tensor().slice(0, begin, begin + shape.numel());
  return {std::shared_ptr<void>(owner, view.raw()), view.dtype(), shape, view.device()};
}

}  // namespace

AdapterSet::AdapterSet(Dit& model, const AdapterConfig& config) : config_(config) {
  const std::vector<std::string> names = linear_names(model);
  const std::vector<std::string> selected = select_modules(config, names);
  uint64_t index = 0;
  model.for_each_linear([&](Linear& layer) {
    const uint64_t own = index++;
    if (std::find(selected.begin(), selected.end(), layer.name) == selected.end()) return;
    modules_.push_back({layer.name, own, &layer, make_adapter(config, layer, own)});
  });
  place_parameters(model);
  for (const Module& module : modules_) {  // only when all could be made
    module.layer->adapter = module.adapter;
    for (const TrainedTensor& t : module.adapter->trained()) {
      parameters_.push_back({saved_prefix(config.type, module.name) + t.name, t.value.tensor(), t.grad.tensor()});
    }
  }
}

void AdapterSet::place_parameters(Dit& model) {
  if (!std::all_of(modules_.begin(), modules_.end(), [](const Module& m) { return m.adapter->movable(); })) return;
  const Layout layout = layout_of(model, modules_);
  const Device device = model.device();
  const DType dtype = model.compute_dtype();
  values_ = Storage(DType::f32, {layout.size}, device);
  gradients_ = Storage(DType::f32, {layout.size}, device);
  if (dtype != DType::f32) rounded_ = Storage(dtype, {layout.size}, device);
  std::vector<AdapterPlaces> places(modules_.size());
  for (const Place& place : layout.places) {
    TrainedTensor& trained = modules_[place.module].adapter->trained()[place.tensor];
    const Shape shape = trained.value.tensor().shape();
    trained.value = within(values_, place.begin, shape);
    trained.grad = within(gradients_, place.begin, shape);
    if (rounded_) places[place.module].rounded.push_back(within(rounded_, place.begin, shape));
  }
  for (const Layout::Stack& stack : layout.stacks) {
    const std::shared_ptr<const LowRankStack> shared = stacked(stack.modules, stack.begin);
    for (const size_t m : stack.modules) places[m].stack = shared;
  }
  for (size_t m = 0; m < modules_.size(); ++m) modules_[m].adapter->take(places[m]);
}

std::shared_ptr<const LowRankStack> AdapterSet::stacked(const std::vector<size_t>& members, int64_t begin) const {
  int64_t rows = 0;
  for (const size_t m : members) rows += modules_[m].adapter->trained().front().value.tensor().dim(0);
  const Shape shape{rows, modules_[members.front()].layer->in_features()};
  const Storage& multiplied = rounded_ ? rounded_ : values_;
  return std::make_shared<LowRankStack>(
      LowRankStack{within(multiplied, begin, shape).view(), within(gradients_, begin, shape).tensor()});
}

AdapterSet::~AdapterSet() {
  for (const Module& module : modules_) module.layer->adapter.reset();
}

void AdapterSet::initialise(uint64_t seed, Workspace work) {
  for (const Module& module : modules_) module.adapter->initialise(*module.layer, seed, module.index, work);
  round(work.stream);
}

/// What products take, of all adapters at once.
void AdapterSet::round(Stream& stream) const {
  if (rounded_) copy({values_.view(), rounded_.tensor()}, stream);
}

void AdapterSet::refresh(Workspace work) {
  round(work.stream);
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
  if (values_) bytes = values_.view().bytes() + gradients_.view().bytes();
  if (rounded_) bytes += rounded_.view().bytes();
  for (const Module& module : modules_) bytes += module.adapter->derived_bytes();
  return bytes;
}

}  // namespace sidestep
