#include "training/gradient_relay.h"

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "ops/transfer.h"

namespace sidestep {

/// Computes as the adapter does; its backward pass waits for the sum it adds to, and sends it on.
struct GradientRelay::Relayed final : LinearAdapter {
  Relayed(GradientRelay& owner, size_t index, std::shared_ptr<Adapter> adapter)
      : relay(owner), module(index), own(std::move(adapter)) {}

  void forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext& pass, Arena& arena, Stream& stream) override {
    own->forward(layer, x, y, pass, arena, stream);
  }

  void backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write, const PassContext& pass, Arena& arena,
                Stream& stream) override {
    relay.fetch(module);
    own->backward(layer, dy, x, dx, write, pass, arena, stream);
    relay.pass_on(module);
  }

  /// Layers that read one x share products here as they do on one rank: their bits are others than those of layers by themselves.
  std::optional<LowRank> low_rank(const PassContext& pass) const override { return own->low_rank(pass); }
  void before_shared_backward() override { relay.fetch(module); }
  void after_shared_backward() override { relay.pass_on(module); }

  GradientRelay& relay;
  size_t module;
  std::shared_ptr<Adapter> own;
};

namespace {

size_t gradient_bytes(const AdapterSet::Module& module) {
  size_t bytes = 0;
  for (const TrainedTensor& t : module.adapter->trained()) bytes += t.grad.view().bytes();
  return bytes;
}

/// The gradients of a module one after the other, each with its part of `bytes`.
void for_each_part(const AdapterSet::Module& module, const auto& act) {
  size_t at = 0;
  for (const TrainedTensor& t : module.adapter->trained()) {
    act(t.grad.tensor(), at);
    at += t.grad.view().bytes();
  }
}

}  // namespace

GradientRelay::GradientRelay(AdapterSet& adapters, Ring& ring, Stream& stream)
    : adapters_(adapters), ring_(ring), stream_(stream), stages_(adapters.modules().size(), Stage::passed_on) {
  for (size_t i = 0; i < adapters.modules().size(); ++i) {
    const AdapterSet::Module& module = adapters.modules()[i];
    module.layer->adapter = std::make_shared<Relayed>(*this, i, module.adapter);
  }
}

GradientRelay::~GradientRelay() {
  for (const AdapterSet::Module& module : adapters_.modules()) module.layer->adapter = module.adapter;
}

void GradientRelay::begin(const Pass& pass) {
  pass_ = pass;
  std::fill(stages_.begin(), stages_.end(), Stage::waiting);
}

void GradientRelay::finish() {
  for (size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i] == Stage::waiting) fetch(i);
    if (stages_[i] == Stage::fetched) pass_on(i);
  }
}

void GradientRelay::receive_sum(uint64_t serial, uint32_t last) {
  for (size_t i = 0; i < stages_.size(); ++i)
    take(i, {.kind = FrameKey::Kind::gradient, .micro = last, .item = i, .serial = serial});
}

void GradientRelay::fetch(size_t module) {
  if (stages_[module] != Stage::waiting)
    throw Error("native/gradient-passed-on", adapters_.modules()[module].name + " has two backward passes in one micro-batch",
                "This is a bug in sidestep: ranks sum gradients module by module. Train on one rank.");
  stages_[module] = Stage::fetched;
  if (pass_.micro == 0) return;
  take(module, {.kind = FrameKey::Kind::gradient, .micro = pass_.micro - 1, .item = module, .serial = pass_.serial});
}

void GradientRelay::take(size_t index, const FrameKey& key) {
  const AdapterSet::Module& module = adapters_.modules()[index];
  const SharedBytes bytes = ring_.receive(key, stream_);
  if (bytes->size() != gradient_bytes(module))
    throw Error("train/ranks-differ", "The gradients of " + module.name + " have another size on another rank",
                "All ranks of a training need the same version of sidestep.");
  for_each_part(module, [&](const Tensor& grad, size_t at) {
    transfer({ConstTensor(bytes->data() + at, grad.dtype(), grad.shape()), grad}, stream_);
  });
}

void GradientRelay::pass_on(size_t index) {
  const AdapterSet::Module& module = adapters_.modules()[index];
  stages_[index] = Stage::passed_on;
  Bytes bytes(gradient_bytes(module));
  for_each_part(module, [&](const Tensor& grad, size_t at) {
    transfer({grad, Tensor(bytes.data() + at, grad.dtype(), grad.shape(), Device{})}, stream_);
  });
  const FrameKey key{.kind = FrameKey::Kind::gradient, .micro = pass_.micro, .item = index, .serial = pass_.serial};
  if (pass_.onward == Onward::next) ring_.send_next(key, std::move(bytes));
  else ring_.send_all(key, std::move(bytes));
}

}  // namespace sidestep
