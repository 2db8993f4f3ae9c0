#include <algorithm>
#include <memory>

#include "models/dit_testing.h"

namespace sidestep::dit_testing {
namespace {

bool every(const std::string&) { return true; }

Storage predict(Dit& dit, const DitInput& input, Stream& stream) {
  Arena arena(stream.device(), size_t{64} << 20);
  Storage pred(DType::f32, input.x_t.shape());
  dit.forward(input, pred.tensor(), {}, arena, stream);
  return pred;
}

/// Sample b alone, with its first `frames` frames.
DitInput sample_of(const DitInput& batch, int64_t b, int64_t frames) {
  return {.x_t = batch.x_t.slice(0, b, b + 1).slice(1, 0, frames),
          .context = batch.context.slice(0, b, b + 1).slice(1, 0, frames),
          .condition = batch.condition.slice(0, b, b + 1),
          .t = batch.t.slice(0, b, b + 1),
          .r = batch.r.slice(0, b, b + 1)};
}

TEST("dit: a batch computes what its samples compute alone") {
  Stream stream(Device{});
  for (const char* file : {"dit_forward_xl.safetensors", "dit_forward_batch2.safetensors", "dit_forward_t_ne_r.safetensors"}) {
    TinyDit tiny(file, stream);
    DitInput input = tiny.input();
    const int64_t frames = input.x_t.dim(1);
    // Lengths that end inside a patch, at the end of one, and leave whole patches over.
    for (const int64_t shorter : {frames, frames - 1, frames - 2, frames / 2, int64_t{1}}) {
      input.valid_frames = {frames, shorter};
      const Storage together = predict(tiny.dit, input, stream);
      for (int64_t b = 0; b < 2; ++b) {
        const int64_t valid = input.valid_frames[static_cast<size_t>(b)];
        const Storage alone = predict(tiny.dit, sample_of(input, b, valid), stream);
        EXPECT_REL_L2(together.view().slice(0, b, b + 1).slice(1, 0, valid), alone.view(), 2e-6);
      }
    }
  }
}

TEST("dit: condition tokens added by batching change nothing") {
  Stream stream(Device{});
  TinyDit tiny("dit_forward_batch2.safetensors", stream);
  DitInput input = tiny.input();
  for (const int64_t shorter : {input.condition.dim(1) - 1, int64_t{11}, int64_t{1}}) {
    input.valid_tokens = {shorter, input.condition.dim(1)};
    const Storage together = predict(tiny.dit, input, stream);
    DitInput sample = sample_of(input, 0, input.x_t.dim(1));
    sample.condition = sample.condition.slice(1, 0, shorter);
    EXPECT_REL_L2(together.view().slice(0, 0, 1), predict(tiny.dit, sample, stream).view(), 2e-6);
  }
}

TEST("dit: without lengths padded frames are attended, as upstream does") {
  Stream stream(Device{});
  TinyDit tiny("dit_forward_batch2.safetensors", stream);
  DitInput input = tiny.input();
  const Storage upstream = predict(tiny.dit, input, stream);
  input.valid_frames = {input.x_t.dim(1), input.x_t.dim(1) / 2};
  const Storage masked = predict(tiny.dit, input, stream);
  EXPECT(!same_bits(upstream.view(), masked.view()));
}

TEST("dit: a training pass predicts the bits inference predicts") {
  Stream stream(Device{});
  TinyDit tiny("dit_forward_odd.safetensors", stream);
  const DitInput input = tiny.input();
  const Storage inference = predict(tiny.dit, input, stream);
  attach(tiny.dit, [](const std::string& name) { return name.starts_with("layers.1."); });
  const Storage weight = random_tensor(input.x_t.shape(), 1);
  EXPECT(same_bits(run_pass(tiny.dit, input, weight.view(), {}, InputGradients::none, stream).pred.view(), inference.view()));
}

TEST("dit: results do not depend on the number of threads") {
  std::vector<Adapters> gradients;
  std::vector<Passed> passes;
  for (const int threads : {1, 2, 3}) {
    Stream stream(Device{}, std::make_shared<ThreadPool>(threads));
    TinyDit tiny("dit_forward_xl.safetensors", stream);
    const DitInput input = tiny.input();
    const Storage weight = random_tensor(input.x_t.shape(), 2);
    gradients.push_back(attach(tiny.dit, every));
    passes.push_back(run_pass(tiny.dit, input, weight.view(), recompute_share(3, 0.5), InputGradients::wanted, stream));
    EXPECT(same_bits(passes.back().pred.view(), passes.front().pred.view()));
    EXPECT(same_bits(passes.back().dx_t.view(), passes.front().dx_t.view()));
    for (const auto& [name, adapter] : gradients.back()) {
      EXPECT(same_bits(adapter->grad.view(), gradients.front().at(name)->grad.view()));
    }
  }
}

/// Adapter memory is of no interest here, only where gradients have to go.
struct NoAdapter : LinearAdapter {
  void forward(const Linear& layer, ConstTensor x, Tensor y, const PassContext& pass, Arena& arena, Stream& stream) override {
    Linear bare = layer;
    bare.adapter = nullptr;
    linear_forward(bare, x, y, pass, arena, stream);
  }
  void backward(const Linear& layer, ConstTensor dy, ConstTensor x, Tensor dx, Write write, const PassContext& pass, Arena& arena,
                Stream& stream) override {
    Linear bare = layer;
    bare.adapter = nullptr;
    linear_backward(bare, dy, x, dx, write, pass, arena, stream);
  }
};

void adapt_attentions(Dit& dit) {
  dit.for_each_linear([](Linear& linear) {
    if (linear.name.find("_attn.") != std::string::npos) linear.adapter = std::make_shared<NoAdapter>();
  });
}

size_t pass_high_water(Dit& dit, const DitInput& input, Tensor pred, ConstTensor dpred, const KeptLayers& kept, Arena& arena,
                       Stream& stream) {
  DitTape tape{.kept = kept};
  dit.forward(input, pred, tape, {}, arena, stream);
  dit.backward(dpred, tape, {}, arena, stream);
  return arena.high_water();
}

TEST("dit: a planned pass needs exactly the memory of a real one") {
  const Device plan{.kind = DeviceKind::plan};
  Stream stream(Device{}), plan_stream(plan);
  TinyDit tiny("dit_forward_xl.safetensors", stream);
  adapt_attentions(tiny.dit);
  Dit planned(tiny.config, Weights::random(0, DType::f32, plan_stream), NullCondition::skip);
  adapt_attentions(planned);
  // The plan is made without lengths and has to hold for a batch with some.
  const auto on_plan = [&](const ConstTensor& t) { return ConstTensor(nullptr, t.dtype(), t.shape(), plan); };
  DitInput input = tiny.input();
  input.valid_frames = {input.x_t.dim(1), 4};
  input.valid_tokens = {2, input.condition.dim(1)};
  const DitInput plan_input{.x_t = on_plan(input.x_t),
                            .context = on_plan(input.context),
                            .condition = on_plan(input.condition),
                            .t = on_plan(input.t),
                            .r = on_plan(input.r)};
  const Storage pred(DType::f32, input.x_t.shape());
  const Tensor plan_pred(nullptr, DType::f32, input.x_t.shape(), plan);
  const KeptLayers mixed{{true, false, false}, {false, true, true}, {}};
  for (const KeptLayers& kept : {KeptLayers{}, recompute_share(3, 0.5), recompute_share(3, 1), mixed}) {
    Arena measured(plan, 0);
    const size_t needed = pass_high_water(planned, plan_input, plan_pred, plan_pred, kept, measured, plan_stream);
    Arena arena(Device{}, needed);  // one byte less would throw native/arena-exhausted
    EXPECT(pass_high_water(tiny.dit, input, pred.tensor(), pred.view(), kept, arena, stream) == needed);
  }
}

TEST("dit: gradient checkpointing recomputes the share of layers asked for, spread evenly") {
  const auto which = [](int64_t layers, double ratio) {
    std::string marks;
    for (int64_t i = 0; i < layers; ++i) marks += recomputed(i, layers, ratio) ? 'x' : '.';
    return marks;
  };
  EXPECT(which(6, 0) == "......");
  EXPECT(which(6, 0.5) == "x.x.x.");
  EXPECT(which(6, 1) == "xxxxx.");
  EXPECT(which(8, 0.25) == "x...x...");
  EXPECT(which(5, 0.3) == "x.x..");
  EXPECT(which(24, 2) == std::string(23, 'x') + ".");
}

TEST("dit: slots carry upstream's names") {
  Stream stream(Device{});
  TinyDit tiny("dit_forward_xl.safetensors", stream);
  std::vector<std::string> names;
  tiny.dit.for_each_linear([&](Linear& linear) { names.push_back(linear.name); });
  EXPECT(names.size() == 3 * 11 + 8);
  for (const char* name : {"layers.2.self_attn.q_proj", "layers.0.cross_attn.o_proj", "layers.1.mlp.down_proj", "proj_in.1",
                           "time_embed.linear_1", "time_embed_r.time_proj", "condition_embedder"}) {
    EXPECT(tiny.dit.linear(name).name == name);
    EXPECT(tiny.file.contains("w/decoder." + std::string(name) + ".weight"));
  }
  EXPECT(tiny.dit.linear("proj_in.1").kernel == tiny.config.patch_size);
  EXPECT_ERROR(tiny.dit.linear("layers.3.self_attn.q_proj"), "native/unknown-linear");
}

TEST("dit: misuse is refused by name") {
  Stream stream(Device{});
  TinyDit tiny("dit_forward_xl.safetensors", stream);
  Arena arena(stream.device(), size_t{64} << 20);
  const Storage pred(DType::f32, tiny.input().x_t.shape());
  const auto refused = [&](auto change) {
    DitInput input = tiny.input();
    change(input);
    EXPECT_ERROR((tiny.dit.forward(input, pred.tensor(), {}, arena, stream), 0), "native/shape-mismatch");
  };
  refused([](DitInput& in) { in.x_t = in.context; });
  refused([](DitInput& in) { in.context = in.x_t; });
  refused([](DitInput& in) { in.condition = in.x_t; });
  refused([](DitInput& in) { in.t = {}; });
  refused([](DitInput& in) { in.valid_frames = {3}; });
  refused([](DitInput& in) { in.valid_frames = {3, 0}; });
  refused([](DitInput& in) { in.valid_frames = {3, 99}; });
  refused([](DitInput& in) { in.valid_tokens = {3}; });
  refused([](DitInput& in) { in.valid_tokens = {3, 7}; });
  DitTape never_recorded;
  EXPECT_ERROR((tiny.dit.backward(pred.view(), never_recorded, {}, arena, stream), 0), "native/shape-mismatch");
}

}  // namespace
}  // namespace sidestep::dit_testing
