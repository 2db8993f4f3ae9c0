#include "sampling/generate.h"

#include "adapters/adapter_set.h"
#include "adapters/adapter_testing.h"
#include "core/memory.h"
#include "ops/elementwise.h"
#include "ops/op_testing.h"
#include "ops/transfer.h"
#include "sampling/generation_plan.h"
#include "testing/test.h"

namespace sidestep {
namespace {

using namespace testing;

constexpr int64_t kFrames = 31, kTokens = 7;

Stream make_stream(int threads) { return Stream(device_under_test(), std::make_shared<ThreadPool>(threads)); }

void put(const Tensor& to, const Storage& from) { copy_bytes(to.device(), to.raw(), {}, from.view().raw(), to.bytes()); }

/// A small random model in which every path matters, and what a clip is made from.
struct Studio {
  explicit Studio(Stream& device_stream) : stream(device_stream), model(two_layers(), Weights::random(3, DType::f32, stream)) {
    model.for_each_linear([&](Linear& layer) {  // Weights::random is made for benches
      Storage larger = to_host(layer.weight.values, stream);
      for (int64_t i = 0; i < larger.view().numel(); ++i) larger.tensor().data<float>()[i] *= 8;
      enlarged.emplace_back(DType::f32, larger.view().shape(), stream.device());
      put(enlarged.back().tensor(), larger);
      layer.weight = enlarged.back().view();
    });
    fill_normals(condition.tensor(), 1, 1);
    fill_normals(context.tensor(), 2, 1);
  }

  GenerateJob job(double strength = 1) const {
    return {
        .condition = condition.view(), .context = context.view(), .sampler = sampler, .seed = 9, .item = 4, .strength = strength};
  }
  GenerationRequest request(const std::optional<AdapterConfig>& adapter, HalvesRun halves) const {
    return {.model = model.config(),
            .adapter = adapter,
            .frames = kFrames,
            .tokens = kTokens,
            .guided = sampler.guided(),
            .halves = halves};
  }
  Storage generate(const GenerateJob& asked) {
    Arena arena(stream.device(), size_t{16} << 20);
    return generate_latents(asked, model, {arena, stream});
  }

  Stream& stream;
  Dit model;
  std::vector<Storage> enlarged;
  Storage condition{DType::f32, {kTokens, two_layers().condition_size}},
      context{DType::f32, {kFrames, two_layers().context_channels()}};
  SamplerOptions sampler{.steps = 3, .shift = 2, .guidance_scale = 3};
};

/// Adapters in a studio's slots, every parameter away from zero.
struct Adapted {
  Adapted(Studio& studio, const AdapterConfig& config) : adapters(studio.model, config) {
    Arena arena(studio.stream.device(), size_t{16} << 20);
    adapters.initialise(1, {arena, studio.stream});
    uint64_t index = 0;
    for (const Parameter& p : adapters.parameters()) {
      Storage moved = to_host(p.value, studio.stream), noise(DType::f32, p.value.shape());
      fill_normals(noise.tensor(), 100 + ++index, 0.15);
      for (int64_t i = 0; i < noise.view().numel(); ++i) moved.tensor().data<float>()[i] += noise.view().data<float>()[i];
      put(p.value, moved);
    }
    adapters.refresh({arena, studio.stream});
  }
  AdapterSet adapters;
};

/// W + strength (W' - W) in place of every adapted weight, the slots empty, until the end of its life.
struct Merged {
  Merged(Studio& studio, const AdapterSet& set, double strength) : adapters(set) {
    for (const AdapterSet::Module& module : adapters.modules()) {
      const Shape shape = module.layer->weight.shape();
      Arena arena(studio.stream.device(), size_t{8} << 20);
      const Storage whole(DType::f32, shape, studio.stream.device()), mixed(DType::f32, shape, studio.stream.device());
      module.adapter->merged_weight(*module.layer, whole.tensor(), {arena, studio.stream});
      add({.a = whole.view(),
           .b = module.layer->weight.values,
           .y = mixed.tensor(),
           .alpha = static_cast<float>(strength),
           .beta = static_cast<float>(1 - strength)},
          studio.stream);
      weights.push_back(mixed);
      base.push_back(module.layer->weight);
    }
    for (size_t i = 0; i < base.size(); ++i) {
      adapters.modules()[i].layer->weight = weights[i].view();
      adapters.modules()[i].layer->adapter.reset();
    }
  }
  ~Merged() {
    for (size_t i = 0; i < base.size(); ++i) {
      adapters.modules()[i].layer->weight = base[i];
      adapters.modules()[i].layer->adapter = adapters.modules()[i].adapter;
    }
  }
  Merged(const Merged&) = delete;
  Merged& operator=(const Merged&) = delete;

  const AdapterSet& adapters;
  std::vector<Storage> weights;
  std::vector<FrozenMatrix> base;
};

TEST("generate: an adapter of any kind at strength 0 gives the bytes of the model without it") {
  Stream stream = make_stream(2);
  Studio studio(stream);
  const Storage without = studio.generate(studio.job());
  for (const AdapterRow& row : every_kind()) {
    const Adapted adapted(studio, row.config);
    EXPECT(same_bytes(studio.generate(studio.job(0)).view(), without.view()));
    EXPECT(!same_bytes(studio.generate(studio.job(1)).view(), without.view()));
  }
  EXPECT(same_bytes(studio.generate(studio.job()).view(), without.view()));
}

TEST("generate: an adapter of any kind at any strength equals weights moved that far towards the merged ones") {
  Stream stream = make_stream(2);
  Studio studio(stream);
  for (const AdapterRow& row : every_kind()) {
    const Adapted adapted(studio, row.config);
    for (const double strength : {0.4, 1.0, 1.5}) {
      const Storage in_slots = studio.generate(studio.job(strength));
      const Merged merged(studio, adapted.adapters, strength);
      const double error = rel_l2(in_slots.view(), studio.generate(studio.job()).view());
      // Roundings of one pass are near 1e-6; guidance multiplies a difference of two such predictions.
      if (!(error <= 2e-5))
        fail(__FILE__, __LINE__, std::string(row.name) + " at " + std::to_string(strength) + ": " + std::to_string(error));
    }
  }
}

TEST("generate: the same bytes for any number of threads, order of clips, and run of the halves; another seed or item, others") {
  Stream one(Device{}, std::make_shared<ThreadPool>(1)), three(Device{}, std::make_shared<ThreadPool>(3));
  Studio first(one), second(three);
  const Storage clip = first.generate(first.job());
  GenerateJob other = second.job();
  other.item = 5;
  EXPECT(!same_bytes(second.generate(other).view(), clip.view()));
  other.item = 4;
  other.halves = HalvesRun::together;
  EXPECT(same_bytes(second.generate(other).view(), clip.view()));
  other.seed = 10;
  EXPECT(!same_bytes(second.generate(other).view(), clip.view()));
}

TEST("generate: a longer clip begins with the noise of a shorter one, and sde draws its own for every step") {
  Stream stream = make_stream(1);
  Studio studio(stream);
  studio.sampler.method = SamplingMethod::sde;
  const Storage clip = studio.generate(studio.job());
  EXPECT(same_bytes(studio.generate(studio.job()).view(), clip.view()));
  studio.sampler.method = SamplingMethod::ode;
  EXPECT(!same_bytes(studio.generate(studio.job()).view(), clip.view()));
}

TEST("generate: the plan is what a clip takes, of every kind of adapter, guided or not, halves apart or together") {
  Stream stream = make_stream(2);
  Studio studio(stream);
  std::vector<std::optional<AdapterConfig>> configs{std::nullopt};
  for (const AdapterRow& row : every_kind()) configs.emplace_back(row.config);
  AdapterConfig wide = every_kind().front().config;
  wide.rank = 64;  // x A^T of all layers on one x is then wider than their outputs
  configs.emplace_back(wide);
  const auto expect_within_plan = [&](const std::optional<AdapterConfig>& config, double strength, HalvesRun halves) {
    const GenerationPlan plan = plan_generation(studio.request(config, halves));
    Arena arena(stream.device(), plan.arena_bytes);
    GenerateJob job = studio.job(strength);
    job.halves = halves;
    generate_latents(job, studio.model, {arena, stream});
    EXPECT(arena.high_water() <= plan.arena_bytes && arena.used() == 0);
    if (device_under_test().kind == DeviceKind::cpu && !config) EXPECT(arena.high_water() == plan.arena_bytes);
  };
  for (const auto& config : configs) {
    std::optional<Adapted> adapted;
    if (config) adapted.emplace(studio, *config);
    for (const double scale : {3.0, 1.0}) {
      studio.sampler.guidance_scale = scale;
      for (const double strength : {0.5, 1.0, 1.5})
        for (const HalvesRun halves : {HalvesRun::apart, HalvesRun::together}) expect_within_plan(config, strength, halves);
    }
  }
}

TEST("generate: a step is evaluated with the keys of the condition made once") {
  Stream stream = make_stream(1);
  Studio studio(stream);
  const auto products = [&](int64_t steps) {
    studio.sampler.steps = steps;
    Tally tally;
    stream.attach(&tally);
    studio.generate(studio.job());
    stream.attach(nullptr);
    int64_t calls = 0;
    for (const Tally::Row& row : tally.rows())
      if (row.op.starts_with("gemm")) calls += row.calls;
    return calls;
  };
  // Of two layers' 11 products a step, k and v of the condition are left out, and its embedding; patches, prediction and the
  // two timestep embedders are six, six and two more.
  const int64_t one = products(1), two = products(2), three = products(3);
  EXPECT(three - two == two - one);
  EXPECT(two - one == 2 * (2 * (11 - 2) + 2 + 6));
}

TEST("generate: wrong shapes and a missing null condition are named") {
  Stream stream = make_stream(1);
  Studio studio(stream);
  GenerateJob wide = studio.job();
  const Storage other(DType::f32, {kTokens, 5});
  wide.condition = other.view();
  EXPECT_ERROR(studio.generate(wide), "native/shape-mismatch");
  Dit no_null(two_layers(), Weights::random(3, DType::f32, stream), NullCondition::skip);
  Arena arena(stream.device(), size_t{16} << 20);
  EXPECT_ERROR(generate_latents(studio.job(), no_null, {arena, stream}), "generate/null-condition-missing");
}

}  // namespace
}  // namespace sidestep
