#pragma once
// What the DiT's tests share: a tiny model from the reference data, an adapter that exposes dense weight gradients, and
// one training-like pass.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/philox.h"
#include "core/safetensors.h"
#include "models/dit.h"
#include "ops/gemm.h"
#include "ops/op_testing.h"
#include "testing/test.h"

namespace sidestep::dit_testing {

using namespace sidestep::testing;

/// y = x (W + delta)^T + b with a trainable dense delta: any adapter's gradient is a projection of this one's.
class DenseAdapter : public LinearAdapter {
 public:
  explicit DenseAdapter(const Linear& layer)
      : delta(DType::f32, layer.weight.shape(), layer.weight.device()),
        grad(DType::f32, layer.weight.shape(), layer.weight.device()) {}

  void forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext&, Arena&, Stream& stream) override {
    gemm({.a = x, .b = layer.weight.values, .c = y, .trans_b = Transpose::yes, .bias = layer.bias}, stream);
    gemm({.a = x, .b = delta.view(), .c = y, .trans_b = Transpose::yes, .beta = 1}, stream);
  }

  void backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write, const PassContext&, Arena&,
                Stream& stream) override {
    gemm({.a = dy, .b = x, .c = grad.tensor(), .trans_a = Transpose::yes, .beta = 1}, stream);
    if (!dx) return;
    gemm({.a = dy, .b = layer.weight.values, .c = dx, .beta = write == Write::accumulate ? 1.0F : 0.0F}, stream);
    gemm({.a = dy, .b = delta.view(), .c = dx, .beta = 1}, stream);
  }

  Storage delta, grad;
};

/// A reference file's random model: window smaller than the sequence, both layer types, grouped heads.
struct TinyDit {
  TinyDit(const std::string& name, Stream& stream)
      : file(golden_dir() / name),
        config(dit_config(Json::parse(file.metadata().at("config")))),
        dit(config, Weights::from_files(WeightFiles({file}), "w/", DType::f32, stream), NullCondition::skip) {}

  ConstTensor in(const std::string& name) const { return file.tensor("in/" + name); }
  DitInput input() const {
    return {.x_t = in("hidden_states"),
            .context = in("context_latents"),
            .condition = in("encoder_hidden_states"),
            .t = in("timestep"),
            .r = in("timestep_r")};
  }

  SafetensorsFile file;
  DitConfig config;
  Dit dit;
};

using Adapters = std::map<std::string, std::shared_ptr<DenseAdapter>>;

/// Fills the slots whose names are accepted, after emptying all.
template <typename Accept>
Adapters attach(Dit& dit, const Accept& accept) {
  Adapters adapters;
  dit.for_each_linear([&](Linear& linear) {
    linear.adapter = nullptr;
    if (!accept(linear.name)) return;
    adapters[linear.name] = std::make_shared<DenseAdapter>(linear);
    linear.adapter = adapters[linear.name];
  });
  return adapters;
}

inline double dot(ConstTensor a, ConstTensor b) {
  double sum = 0;
  for (int64_t i = 0; i < a.numel(); ++i) {
    sum += static_cast<double>(a.data<float>()[i]) * static_cast<double>(b.data<float>()[i]);
  }
  return sum;
}

inline bool same_bits(ConstTensor a, ConstTensor b) {
  if (!(a.shape() == b.shape())) return false;
  for (int64_t i = 0; i < a.numel(); ++i) {
    if (std::bit_cast<uint32_t>(a.data<float>()[i]) != std::bit_cast<uint32_t>(b.data<float>()[i])) return false;
  }
  return true;
}

struct Passed {
  Storage pred, dx_t, dcondition;
  size_t high_water = 0;
};

/// Forward and backward for the loss <pred, weight>; gradients land in the adapters.
inline Passed run_pass(Dit& dit, const DitInput& input, ConstTensor weight, const KeptLayers& kept, InputGradients inputs,
                       Stream& stream) {
  Arena arena(stream.device(), size_t{64} << 20);
  Passed passed{.pred = Storage(DType::f32, input.x_t.shape()),
                .dx_t = Storage(DType::f32, input.x_t.shape()),
                .dcondition = Storage(DType::f32, input.condition.shape())};
  DitTape tape{.kept = kept, .input_gradients = inputs};
  const PassContext pass{.mode = PassContext::Mode::training};
  dit.forward(input, passed.pred.tensor(), tape, pass, arena, stream);
  const bool wanted = inputs == InputGradients::wanted;
  dit.backward(weight, tape, pass, arena, stream,
               {.x_t = wanted ? passed.dx_t.tensor() : Tensor(), .condition = wanted ? passed.dcondition.tensor() : Tensor()});
  passed.high_water = arena.high_water();
  return passed;
}

}  // namespace sidestep::dit_testing
