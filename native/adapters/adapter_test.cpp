#include <cmath>
#include <cstring>
#include <filesystem>

#include "adapters/adapter_file.h"
#include "adapters/adapter_set.h"
#include "adapters/adapter_testing.h"
#include "adapters/lokr_shape.h"
#include "adapters/selection.h"
#include "core/philox.h"
#include "core/rel_l2.h"
#include "testing/test.h"
#include "training/memory_plan.h"
#include "training/micro_step.h"

namespace sidestep {
namespace {

namespace fs = std::filesystem;

/// A random model with adapters whose parameters are all away from zero, and one uneven batch for it.
struct Bench {
  explicit Bench(const AdapterConfig& config, Padding padding = Padding::masked)
      : model(two_layers(), Weights::random(3, DType::f32, stream)),
        adapters(model, config),
        arena(Device{}, 64 << 20),
        batch(blank_batch(model.config(), 2, 9, 5)) {
    model.for_each_linear([&](Linear& layer) { enlarge(layer); });
    loss.padding = padding;
    uint64_t index = 0;
    for (const Storage* t : {&batch.target_latents, &batch.context_latents, &batch.encoder_hidden_states}) {
      fill_normals(t->tensor(), ++index, 1);
    }
    adapters.initialise(1, {arena, stream});
    for (const Parameter& p : adapters.parameters()) perturb(p, ++index);
    adapters.refresh({arena, stream});
    draws.noise_keys = {{.seed = 5, .sample = 0}, {.seed = 5, .sample = 1}};
    draws.t = {0.3F, 0.8F};
    draws.dropped = {0, 0};
  }

  /// Weights::random is made for benches; a larger scale makes every path matter in the loss.
  static void enlarge(Linear& layer) {
    auto* weight = static_cast<float*>(const_cast<void*>(layer.weight.values.raw()));
    for (int64_t i = 0; i < layer.weight.values.numel(); ++i) weight[i] *= 8;
  }
  static void perturb(const Parameter& p, uint64_t index) {
    const Storage noise(DType::f32, p.value.shape());
    fill_normals(noise.tensor(), 100 + index, 0.15);
    for (int64_t i = 0; i < p.value.numel(); ++i) p.value.data<float>()[i] += noise.view().data<float>()[i];
  }

  MicroStep step(MicroStep::Gradients gradients) {
    return {.model = model,
            .batch = batch,
            .draws = draws,
            .loss = loss,
            .pass = {PassContext::Mode::training, 11, 4},
            .gradients = gradients,
            .kept = recompute_share(model.config().stack.num_layers(), 1)};
  }
  double loss_now() {
    adapters.refresh({arena, stream});
    return run_micro_step(step(MicroStep::Gradients::none), {arena, stream}).loss;
  }
  Storage prediction() { return run_recorded_step(step(MicroStep::Gradients::none), {arena, stream}).pred; }

  Stream stream{Device{}, std::make_shared<ThreadPool>(2)};
  Dit model;
  AdapterSet adapters;
  Arena arena;
  Batch batch;
  LossOptions loss;
  Draws draws;
};

/// Central difference of the loss along a parameter's own gradient, against that gradient's norm.
double directional_error(Bench& bench, const Parameter& p, double& norm) {
  std::vector<float> start(p.value.data<float>(), p.value.data<float>() + p.value.numel());
  std::vector<float> gradient(p.grad.data<float>(), p.grad.data<float>() + p.grad.numel());
  double squares = 0;
  for (const float g : gradient) squares += static_cast<double>(g) * static_cast<double>(g);
  norm = std::sqrt(squares);
  const auto loss_at = [&](double distance) {
    for (size_t i = 0; i < start.size(); ++i) {
      p.value.data<float>()[i] =
          static_cast<float>(static_cast<double>(start[i]) + distance * static_cast<double>(gradient[i]) / norm);
    }
    return bench.loss_now();
  };
  const auto slope_over = [&](double step) { return (loss_at(step) - loss_at(-step)) / (2 * step); };
  const double step = std::min(5e-3 / norm, 0.03);
  const double slope = (4 * slope_over(step / 2) - slope_over(step)) / 3;  // Richardson: the third derivative drops out
  std::copy(start.begin(), start.end(), p.value.data<float>());
  return std::abs(slope - norm) / norm;
}

// Every thirteenth tensor: a module has 1 to 5, so each of its tensors gets its turn.
constexpr size_t kStride = 13;

TEST("adapters: gradients of every kind match central differences on a two-layer DiT") {
  for (const AdapterRow& row : every_kind()) {
    Bench bench(row.config);
    run_micro_step(bench.step(MicroStep::Gradients::accumulate), {bench.arena, bench.stream});
    double largest = 0;
    for (const Parameter& p : bench.adapters.parameters()) {
      const ConstTensor g = p.grad;
      double squares = 0;
      for (int64_t i = 0; i < g.numel(); ++i) squares += element_at(g, i) * element_at(g, i);
      largest = std::max(largest, std::sqrt(squares));
    }
    // PEFT detaches DoRA's norm, so its gradient is no derivative of the loss but for the magnitude (golden files pin it).
    const bool detached = row.config.type == AdapterType::dora;
    for (size_t i = 0; i < bench.adapters.parameters().size(); i += kStride) {
      const Parameter& p = bench.adapters.parameters()[i];
      if (detached && p.name.find("magnitude") == std::string::npos) continue;
      double norm = 0;
      const double error = directional_error(bench, p, norm);
      // A loss near 1 carries 1e-7 of rounding; differences are 1e-3 and more.
      if (norm > 0.05 * largest && !(error < 2e-2)) {
        testing::fail(__FILE__, __LINE__, std::string(row.name) + ": " + p.name + ": " + std::to_string(error));
      }
    }
  }
}

TEST("adapters: merged into the weights they compute the same") {
  for (const AdapterRow& row : every_kind()) {
    if (row.config.lora.dropout > 0) continue;
    Bench bench(row.config);
    const Storage adapted = bench.prediction();
    std::vector<Storage> merged;
    for (const AdapterSet::Module& m : bench.adapters.modules()) {
      merged.emplace_back(DType::f32, m.layer->weight.shape());
      m.adapter->merged_weight(*m.layer, merged.back().tensor(), {bench.arena, bench.stream});
    }
    size_t i = 0;
    for (const AdapterSet::Module& m : bench.adapters.modules()) {
      m.layer->weight = merged[i++].view();
      m.layer->adapter.reset();
    }
    const double error = rel_l2(bench.prediction().view(), adapted.view());
    if (!(error < 2e-5)) testing::fail(__FILE__, __LINE__, std::string(row.name) + ": " + std::to_string(error));
  }
}

TEST("adapters: a fresh adapter changes nothing") {
  for (const AdapterRow& row : every_kind()) {
    Bench bench(row.config);
    bench.adapters.initialise(42, {bench.arena, bench.stream});
    bench.adapters.refresh({bench.arena, bench.stream});
    const Storage adapted = bench.prediction();
    for (const AdapterSet::Module& m : bench.adapters.modules()) m.layer->adapter.reset();
    const double error = rel_l2(adapted.view(), bench.prediction().view());
    if (!(error < 1e-5)) testing::fail(__FILE__, __LINE__, std::string(row.name) + ": " + std::to_string(error));
  }
}

TEST("adapters: initial values do not depend on which modules are adapted") {
  AdapterConfig all{.type = AdapterType::lora, .rank = 4, .alpha = 8}, some = all;
  some.target_modules = {"v_proj"};
  Bench a(all), b(some);
  a.adapters.initialise(9, {a.arena, a.stream});
  b.adapters.initialise(9, {b.arena, b.stream});
  for (const Parameter& p : b.adapters.parameters()) {
    for (const Parameter& q : a.adapters.parameters()) {
      if (p.name == q.name) EXPECT(std::memcmp(p.value.raw(), q.value.raw(), p.value.bytes()) == 0);
    }
  }
}

TEST("adapters: gradients of micro-batches add up, and checkpointing changes no bit") {
  Bench bench({.type = AdapterType::lora, .rank = 3, .alpha = 5, .lora = {.dropout = 0.3}});
  const auto gradients = [&](double ratio) {
    bench.adapters.zero_gradients(bench.stream);
    MicroStep step = bench.step(MicroStep::Gradients::accumulate);
    step.kept = recompute_share(bench.model.config().stack.num_layers(), ratio);
    run_micro_step(step, {bench.arena, bench.stream});
    std::vector<float> out;
    for (const Parameter& p : bench.adapters.parameters()) {
      out.insert(out.end(), p.grad.data<float>(), p.grad.data<float>() + p.grad.numel());
    }
    return out;
  };
  EXPECT(gradients(0) == gradients(1));
  const std::vector<float> once = gradients(1);
  run_micro_step(bench.step(MicroStep::Gradients::accumulate), {bench.arena, bench.stream});
  const Tensor twice = bench.adapters.parameters().front().grad;
  for (int64_t i = 0; i < twice.numel(); ++i) EXPECT(std::abs(twice.data<float>()[i] - 2 * once[static_cast<size_t>(i)]) < 1e-6F);
}

TEST("adapters: an uneven batch is the mean of its samples, unless upstream's padding is asked for") {
  const AdapterConfig config{.type = AdapterType::lora, .rank = 3, .alpha = 5};
  Bench bench(config), upstream(config, Padding::upstream);
  const std::vector<double> together =
      run_micro_step(bench.step(MicroStep::Gradients::none), {bench.arena, bench.stream}).per_sample;
  const std::vector<double> padded =
      run_micro_step(upstream.step(MicroStep::Gradients::none), {upstream.arena, upstream.stream}).per_sample;
  // The shorter sample alone: its first frames, its own condition tokens, its own noise.
  const int64_t frames = bench.batch.frames[1];
  const auto rows = [&](const Storage& from, int64_t count) {
    const ConstTensor view = from.view().select(0, 1).slice(0, 0, count);
    Storage out(DType::f32, view.shape());
    std::memcpy(out.tensor().raw(), view.raw(), out.tensor().bytes());
    return out;
  };
  const Sample alone{"alone", rows(bench.batch.target_latents, frames), rows(bench.batch.context_latents, frames),
                     rows(bench.batch.encoder_hidden_states, bench.batch.tokens[1])};
  bench.batch = collate({&alone});
  bench.draws = {.noise_keys = {bench.draws.noise_keys[1]}, .t = {bench.draws.t[1]}, .dropped = {0}};
  const double single = run_micro_step(bench.step(MicroStep::Gradients::none), {bench.arena, bench.stream}).loss;
  EXPECT(std::abs(single - together[1]) < 1e-5 * single);
  EXPECT(std::abs(single - padded[1]) > 1e-3 * single);
}

TEST("adapters: what is saved loads again, by PEFT's and LyCORIS's names") {
  const fs::path folder = fs::temp_directory_path() / "sidestep_adapter_test";
  for (const AdapterRow& row : every_kind()) {
    if (row.config.oft.coft) continue;
    fs::remove_all(folder);
    Bench bench(row.config);
    save_adapter(bench.adapters, {.folder = folder}, bench.stream);
    const Storage before = bench.prediction();
    const AdapterFile file = open_adapter(folder);
    for (const AdapterSet::Module& m : bench.adapters.modules()) EXPECT(file.modules.contains(m.name));
    for (const Parameter& p : bench.adapters.parameters()) std::memset(p.value.raw(), 0, p.value.bytes());
    load_adapter(file, bench.adapters, {bench.arena, bench.stream});
    const double error = rel_l2(bench.prediction().view(), before.view());
    if (!(error < 1e-6)) testing::fail(__FILE__, __LINE__, std::string(row.name) + ": " + std::to_string(error));
    Bench fresh(file.config);
    load_adapter(file, fresh.adapters, {fresh.arena, fresh.stream});
    const double again = rel_l2(fresh.prediction().view(), before.view());
    if (!(again < 1e-6)) testing::fail(__FILE__, __LINE__, std::string(row.name) + " opened: " + std::to_string(again));
  }
  fs::remove_all(folder);
}

TEST("adapters: upstream's folders open with their settings") {
  const fs::path folder = testing::golden_dir() / "peft_files";
  for (const char* kind : {"lora", "dora", "oft", "lokr", "loha"}) {
    const AdapterFile file = open_adapter(folder / kind);
    EXPECT(std::string(adapter_type_name(file.config.type)) == kind);
    EXPECT(file.modules.size() == 16);
    EXPECT(file.modules.contains("layers.1.cross_attn.o_proj"));
    EXPECT(inspect_adapter(folder / kind).at("modules").as_object().size() == 16);
  }
  EXPECT(open_adapter(folder / "lora").config.alpha == 8);
  EXPECT(open_adapter(folder / "lokr").config.rank == 2);
}

TEST("oft: a constrained rotation is bounded in each forward pass, and saved as the optimizer left it") {
  Bench bench({.type = AdapterType::oft, .oft = {.block_size = 4, .coft = true, .eps = 1e-3}});
  const Parameter& p = bench.adapters.parameters().front();
  const std::vector<float> given(static_cast<size_t>(p.value.numel()), 0.5F);
  std::memcpy(p.value.raw(), given.data(), p.value.bytes());
  bench.adapters.refresh({bench.arena, bench.stream});
  EXPECT(std::memcmp(p.value.raw(), given.data(), p.value.bytes()) == 0);
  const Storage first = bench.prediction();
  const double bound = 1e-3 / std::sqrt(2 * static_cast<double>(p.value.dim(0)));  // a vector is half of its matrix
  const ConstTensor block = p.value.slice(0, 0, 1);
  EXPECT(std::abs(std::sqrt(squared_distance(block, block).reference) - bound) < 1e-6 * bound);
  bench.adapters.refresh({bench.arena, bench.stream});
  EXPECT(rel_l2(bench.prediction().view(), first.view()) < 1e-6);
}

TEST("selection: names, attention, patterns") {
  const std::vector<std::string> modules{"layers.0.self_attn.q_proj", "layers.0.cross_attn.q_proj", "layers.0.mlp.up_proj",
                                         "layers.10.self_attn.q_proj", "proj_in.1"};
  EXPECT(select_modules({}, modules).size() == 3);
  EXPECT(select_modules({.attention_type = AttentionType::self}, modules).size() == 2);
  EXPECT(select_modules({.attention_type = AttentionType::cross, .target_mlp = true}, modules).size() == 2);
  EXPECT(select_modules({.attention_type = AttentionType::self, .cross_target_modules = {"q_proj"}}, modules).size() == 3);
  EXPECT(select_modules({.scope = AdapterScope::decoder}, modules).size() == modules.size());
  EXPECT(select_modules({.modules = {"proj_in.1"}}, modules) == std::vector<std::string>{"proj_in.1"});
  EXPECT(names_module("layers\\.1?0\\.self_attn\\..*", "layers.10.self_attn.q_proj"));
  EXPECT(!names_module("q_proj", "layers.0.self_attn.xq_proj"));
  EXPECT_ERROR(select_modules({.target_modules = {"z_proj"}}, modules), "adapter/no-modules");
  EXPECT_ERROR(select_modules({.modules = {"layers.99.q"}}, modules), "adapter/unknown-module");
  EXPECT_ERROR(names_module("(", "x"), "adapter/pattern-invalid");
}

TEST("lokr: factors split as LyCORIS documents them") {
  struct Case {
    int64_t dimension, factor, small, large;
  };
  constexpr Case cases[] = {{127, -1, 1, 127},  {128, -1, 8, 16}, {250, -1, 10, 25}, {360, -1, 18, 20}, {360, 8, 8, 45},
                            {1024, 16, 16, 64}, {250, 4, 2, 125}, {512, 64, 8, 64},  {1, -1, 1, 1}};
  for (const Case& c : cases) {
    const Split split = factorization(c.dimension, c.factor);
    if (split.small != c.small || split.large != c.large) {
      testing::fail(__FILE__, __LINE__,
                    std::to_string(c.dimension) + " by " + std::to_string(c.factor) + ": " + std::to_string(split.small) + " x " +
                        std::to_string(split.large));
    }
  }
}

}  // namespace
}  // namespace sidestep
