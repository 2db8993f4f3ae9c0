#include <cmath>

#include "ops/gemm.h"
#include "ops/optimizer.h"
#include "ops/transfer.h"
#include "training/estimate.h"

namespace sidestep {

/// Sits in a slot, computes as the plain layer does, and in backward forms dW = dy^T x only long enough to sum its squares.
struct GradientProbe::Probe final : LinearAdapter {
  explicit Probe(Device device) : square(DType::f64, {1}, device), nonfinite(DType::i64, {1}, device) {}

  void forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext&, Arena& arena, Stream& stream) override {
    frozen_forward(layer, x, layer.bias, y, arena, stream);
  }

  void backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write, const PassContext&, Arena& arena,
                Stream& stream) override {
    const Arena::Scope scope(arena);
    const Tensor gradient = arena.alloc(DType::f32, layer.weight.shape());
    gemm({.a = dy, .b = x, .c = gradient, .trans_a = Transpose::yes}, stream);
    squared_norm({{gradient}, square.tensor(), nonfinite.tensor()}, stream);
    if (dx) frozen_backward(layer, dy, dx, write, arena, stream);
  }

  Storage square, nonfinite;  ///< of the last backward pass
};

GradientProbe::GradientProbe(Dit& model, const std::vector<std::string>& modules, Stream& stream) : model_(model) {
  for (const std::string& name : modules) {
    layers_.push_back(&model.linear(name));
    probes_.push_back(std::make_shared<Probe>(stream.device()));
  }
  for (size_t i = 0; i < layers_.size(); ++i) layers_[i]->adapter = probes_[i];
}

GradientProbe::~GradientProbe() {
  for (Linear* layer : layers_) layer->adapter.reset();
}

GradientProbe::Result GradientProbe::measure(const Batch& batch, const Draws& draws, Padding padding, Workspace work,
                                             DeviceKind planned_for) {
  Result result;
  result.loss = run_micro_step({.model = model_,
                                .batch = batch,
                                .draws = draws,
                                .loss = {.padding = padding},
                                .pass = {.mode = PassContext::Mode::training, .planned_for = planned_for},
                                .kept = recompute_share(model_.config().stack.num_layers(), 1)},
                               work)
                    .loss;
  for (const auto& probe : probes_) {
    const Storage host = to_host(probe->square.view(), work.stream);
    result.squares.push_back(host.view().data<double>()[0]);
  }
  return result;
}

}  // namespace sidestep
