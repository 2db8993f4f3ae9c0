#include <cmath>

#include "models/dit_testing.h"

namespace sidestep::dit_testing {
namespace {

bool every(const std::string&) { return true; }

struct Model {
  const char* file;
  std::vector<int64_t> valid_frames, valid_tokens;  ///< empty: upstream's unmasked form
};
const Model kModels[] = {{"dit_forward_odd.safetensors", {}, {}},
                         {"dit_forward_xl.safetensors", {}, {}},
                         {"dit_forward_xl.safetensors", {23, 14}, {4, 6}},
                         {"dit_forward_headdim.safetensors", {}, {}}};

/// Adds `amount` times `direction` to `values`.
void shift(const Tensor& values, ConstTensor direction, double amount) {
  for (int64_t i = 0; i < values.numel(); ++i) {
    values.data<float>()[i] += static_cast<float>(amount * static_cast<double>(direction.data<float>()[i]));
  }
}

Storage unit(ConstTensor gradient) {
  Storage direction(DType::f32, gradient.shape());
  shift(direction.tensor(), gradient, 1 / std::sqrt(dot(gradient, gradient)));
  return direction;
}

/// The derivative of `loss` along `direction` from central differences, with Richardson's extrapolation, so that steps
/// can be long enough for float32.
template <typename Loss>
double derivative(const Tensor& values, ConstTensor direction, double step, const Loss& loss) {
  const auto central = [&](double h) {
    shift(values, direction, h);
    const double ahead = loss();
    shift(values, direction, -2 * h);
    const double behind = loss();
    shift(values, direction, h);
    return (ahead - behind) / (2 * h);
  };
  return (4 * central(step) - central(2 * step)) / 3;
}

void expect_close(const std::string& name, double found, double expected) {
  // Float32 rounding of the loss over the step is about 1e-3 of a derivative of order one; wrong terms cost tens of percent.
  const double error = std::abs(found - expected) / std::abs(expected);
  if (error < 1e-2) return;
  fail(__FILE__, __LINE__, name + ": difference quotient " + std::to_string(found) + ", gradient " + std::to_string(expected));
}

TEST("dit: gradients of every linear agree with central differences") {
  Stream stream(Device{});
  for (const Model& model : kModels) {
    TinyDit tiny(model.file, stream);
    DitInput input = tiny.input();
    input.valid_frames = model.valid_frames;
    input.valid_tokens = model.valid_tokens;
    const Storage weight = random_tensor(input.x_t.shape(), 7);
    const Adapters adapters = attach(tiny.dit, every);
    run_pass(tiny.dit, input, weight.view(), {}, InputGradients::none, stream);
    Arena arena(stream.device(), size_t{64} << 20);
    const Storage pred(DType::f32, input.x_t.shape());
    const auto loss = [&] {
      tiny.dit.forward(input, pred.tensor(), {}, arena, stream);
      return dot(pred.view(), weight.view());
    };
    for (const auto& [name, adapter] : adapters) {
      const Storage direction = unit(adapter->grad.view());
      expect_close(std::string(model.file) + " " + name, derivative(adapter->delta.tensor(), direction.view(), 0.02, loss),
                   dot(adapter->grad.view(), direction.view()));
    }
  }
}

TEST("dit: gradients of x_t and condition agree with central differences") {
  Stream stream(Device{});
  for (const Model& model : kModels) {
    TinyDit tiny(model.file, stream);
    DitInput input = tiny.input();
    input.valid_frames = model.valid_frames;
    input.valid_tokens = model.valid_tokens;
    Storage x_t(DType::f32, input.x_t.shape()), condition(DType::f32, input.condition.shape());
    shift(x_t.tensor(), input.x_t, 1);
    shift(condition.tensor(), input.condition, 1);
    input.x_t = x_t.view();
    input.condition = condition.view();
    const Storage weight = random_tensor(input.x_t.shape(), 8);
    const Passed passed = run_pass(tiny.dit, input, weight.view(), recompute_share(3, 0.5), InputGradients::wanted, stream);
    Arena arena(stream.device(), size_t{64} << 20);
    const Storage pred(DType::f32, input.x_t.shape());
    const auto loss = [&] {
      tiny.dit.forward(input, pred.tensor(), {}, arena, stream);
      return dot(pred.view(), weight.view());
    };
    const Storage along_x = unit(passed.dx_t.view()), along_c = unit(passed.dcondition.view());
    expect_close("x_t", derivative(x_t.tensor(), along_x.view(), 0.05, loss), dot(passed.dx_t.view(), along_x.view()));
    expect_close("condition", derivative(condition.tensor(), along_c.view(), 0.05, loss),
                 dot(passed.dcondition.view(), along_c.view()));
  }
}

/// Shares of the layers, and every part alone and kept alone, in one layer and in another.
std::vector<KeptLayers> checkpointed() {
  std::vector<KeptLayers> all{recompute_share(3, 0.34), recompute_share(3, 0.5), recompute_share(3, 1)};
  for (const KeptParts parts : {KeptParts{false, true, true}, KeptParts{true, false, true}, KeptParts{true, true, false}}) {
    all.push_back({parts, {}, {}});
    all.push_back({parts.others(), parts, kKeepNothing});
  }
  return all;
}

TEST("dit: gradient checkpointing changes no bit") {
  Stream stream(Device{});
  for (const Model& model : kModels) {
    TinyDit tiny(model.file, stream);
    DitInput input = tiny.input();
    input.valid_frames = model.valid_frames;
    input.valid_tokens = model.valid_tokens;
    const Storage weight = random_tensor(input.x_t.shape(), 9);
    const Adapters kept = attach(tiny.dit, every);
    const Passed full = run_pass(tiny.dit, input, weight.view(), {}, InputGradients::wanted, stream);
    for (const KeptLayers& layers : checkpointed()) {
      const Adapters again = attach(tiny.dit, every);
      const Passed passed = run_pass(tiny.dit, input, weight.view(), layers, InputGradients::wanted, stream);
      EXPECT(passed.high_water < full.high_water);
      EXPECT(same_bits(passed.pred.view(), full.pred.view()));
      EXPECT(same_bits(passed.dx_t.view(), full.dx_t.view()));
      EXPECT(same_bits(passed.dcondition.view(), full.dcondition.view()));
      for (const auto& [name, adapter] : again) EXPECT(same_bits(adapter->grad.view(), kept.at(name)->grad.view()));
    }
  }
}

TEST("dit: keeping normalised inputs and heads, too, changes no bit, whatever the other layers keep") {
  Stream stream(Device{});
  constexpr KeptParts kDerived{.derived = true};
  for (const Model& model : kModels) {
    TinyDit tiny(model.file, stream);
    const DitInput input = tiny.input();
    const Storage weight = random_tensor(input.x_t.shape(), 9);
    const Adapters kept = attach(tiny.dit, every);
    const Passed full = run_pass(tiny.dit, input, weight.view(), {}, InputGradients::wanted, stream);
    for (const KeptLayers& layers :
         {KeptLayers{kDerived, kDerived, kDerived}, KeptLayers{kDerived, {}, {}}, KeptLayers{kKeepNothing, kDerived, kDerived},
          KeptLayers{{.self_attn = false, .derived = true}, {.cross_attn = false, .mlp = false, .derived = true}, kDerived}}) {
      const Adapters again = attach(tiny.dit, every);
      const Passed passed = run_pass(tiny.dit, input, weight.view(), layers, InputGradients::wanted, stream);
      EXPECT(same_bits(passed.pred.view(), full.pred.view()));
      EXPECT(same_bits(passed.dx_t.view(), full.dx_t.view()));
      EXPECT(same_bits(passed.dcondition.view(), full.dcondition.view()));
      for (const auto& [name, adapter] : again) EXPECT(same_bits(adapter->grad.view(), kept.at(name)->grad.view()));
    }
  }
}

TEST("dit: an adapter alone gets the gradient it gets among all others") {
  Stream stream(Device{});
  TinyDit tiny("dit_forward_xl.safetensors", stream);
  const DitInput input = tiny.input();
  const Storage weight = random_tensor(input.x_t.shape(), 10);
  const Adapters all = attach(tiny.dit, every);
  run_pass(tiny.dit, input, weight.view(), {}, InputGradients::none, stream);
  for (const auto& [name, expected] : all) {
    for (const KeptLayers& layers : {KeptLayers{}, recompute_share(3, 1)}) {
      const Adapters alone = attach(tiny.dit, [&name = name](const std::string& other) { return other == name; });
      run_pass(tiny.dit, input, weight.view(), layers, InputGradients::none, stream);
      if (!same_bits(alone.at(name)->grad.view(), expected->grad.view())) fail(__FILE__, __LINE__, name + " differs alone");
    }
  }
}

TEST("dit: backward goes no lower than the lowest adapter") {
  Stream stream(Device{});
  TinyDit tiny("dit_forward_odd.safetensors", stream);
  const DitInput input = tiny.input();
  const Storage weight = random_tensor(input.x_t.shape(), 11);
  const auto flops_with = [&](const std::string& prefix) {
    attach(tiny.dit, [&](const std::string& name) { return name.starts_with(prefix); });
    Tally tally;
    stream.attach(&tally);
    run_pass(tiny.dit, input, weight.view(), {}, InputGradients::none, stream);
    stream.attach(nullptr);
    return tally.total().flops;
  };
  const double none = flops_with("nothing"), top = flops_with("layers.2.mlp.down_proj");
  const double upper = flops_with("layers.1.cross_attn.v_proj"), lower = flops_with("layers.0.self_attn.q_proj");
  const double bottom = flops_with("proj_in.1");
  EXPECT(none < top);
  EXPECT(top < upper);
  EXPECT(upper < lower);
  EXPECT(lower < bottom);
}

}  // namespace
}  // namespace sidestep::dit_testing
