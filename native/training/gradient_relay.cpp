#include "training/gradient_relay.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/error.h"
#include "ops/elementwise.h"
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
    relay.send(module);
  }

  /// Layers that read one x share products here as they do on one rank: their bits are others than those of layers by themselves.
  std::optional<LowRank> low_rank(const PassContext& pass) const override { return own->low_rank(pass); }
  void before_shared_backward() override { relay.fetch(module); }
  void after_shared_backward() override { relay.send(module); }

  GradientRelay& relay;
  size_t module;
  std::shared_ptr<Adapter> own;
};

GradientRelay::GradientRelay(AdapterSet& adapters, std::unique_ptr<GradientRoute> route)
    : adapters_(adapters), route_(std::move(route)), stages_(adapters.modules().size(), Stage::sent) {
  for (size_t i = 0; i < adapters.modules().size(); ++i) {
    const AdapterSet::Module& module = adapters.modules()[i];
    module.layer->adapter = std::make_shared<Relayed>(*this, i, module.adapter);
  }
}

GradientRelay::~GradientRelay() {
  for (const AdapterSet::Module& module : adapters_.modules()) module.layer->adapter = module.adapter;
}

void GradientRelay::change_route(std::unique_ptr<GradientRoute> route) { route_ = std::move(route); }

void GradientRelay::begin(const Pass& pass) {
  pass_ = pass;
  route_->begin(pass);
  std::fill(stages_.begin(), stages_.end(), Stage::waiting);
  sent_before_.clear();
}

bool GradientRelay::begin_again(Stream& stream) {
  const auto is = [&](Stage wanted) { return std::count(stages_.begin(), stages_.end(), wanted) > 0; };
  if ((is(Stage::fetched) || is(Stage::sent)) && !route_->receives_again()) return false;
  for (size_t i = 0; i < stages_.size(); ++i) {
    const std::vector<TrainedTensor>& trained = adapters_.modules()[i].adapter->trained();
    if (stages_[i] == Stage::sent) {
      for (const TrainedTensor& t : trained) sent_before_[i].push_back(to_host(t.grad.view(), stream));
      stages_[i] = Stage::sent_before;
    } else if (stages_[i] == Stage::fetched) {
      if (pass_.micro == 0)
        for (const TrainedTensor& t : trained) fill({t.grad.tensor(), 0}, stream);
      stages_[i] = Stage::waiting;
    }
  }
  return true;
}

void GradientRelay::finish(Stream& stream) {
  for (const auto& [module, gradients] : sent_before_) {
    const std::vector<TrainedTensor>& trained = adapters_.modules()[module].adapter->trained();
    for (size_t i = 0; i < trained.size(); ++i) transfer({gradients[i].view(), trained[i].grad.tensor()}, stream);
  }
  sent_before_.clear();
  for (size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i] == Stage::waiting) fetch(i);
    if (stages_[i] == Stage::fetched) send(i);
  }
  route_->finish();
}

void GradientRelay::fetch(size_t module) {
  if (stages_[module] == Stage::sent_before) return;
  if (stages_[module] != Stage::waiting)
    throw Error("native/gradient-passed-on", adapters_.modules()[module].name + " has two backward passes in one micro-batch",
                "This is a bug in sidestep: ranks sum gradients module by module. Train on one rank.");
  stages_[module] = Stage::fetched;
  if (pass_.micro > 0) route_->receive(module);
}

void GradientRelay::send(size_t module) {
  if (stages_[module] == Stage::sent_before) return;
  stages_[module] = Stage::sent;
  route_->send(module);
}

}  // namespace sidestep
