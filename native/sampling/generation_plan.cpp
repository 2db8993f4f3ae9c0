#include "sampling/generation_plan.h"

#include <memory>

#include "adapters/adapter_set.h"
#include "ops/cuda_plugin.h"

namespace sidestep {

namespace {

constexpr Device kPlan{.kind = DeviceKind::plan};
/// Between none and all of an adapter both are computed: no strength takes more memory.
constexpr float kDearestStrength = 0.5F;
/// The share of a card's free memory that a plan may count on: other allocations leave gaps.
constexpr double kUsableShare = 0.95;

}  // namespace

GenerationPlan plan_generation(const GenerationRequest& request) {
  Stream stream(kPlan);
  Arena arena(kPlan, 0);
  Dit model(request.model, Weights::random(0, request.compute_dtype, stream, request.stored).keeping(request.base));
  std::unique_ptr<AdapterSet> adapters;
  GenerationPlan plan{.weights_bytes = model.owned_bytes()};
  if (request.adapter) {
    adapters = std::make_unique<AdapterSet>(model, *request.adapter);
    adapters->refresh({arena, stream});
    plan.adapter_bytes = adapters->bytes();
  }
  const auto planned = [](int64_t rows, int64_t width) { return ConstTensor(nullptr, DType::f32, {rows, width}, kPlan); };
  const DenoiserInput input{.condition = planned(request.tokens, request.model.condition_size),
                            .context = planned(request.frames, request.model.context_channels()),
                            .guided = request.guided,
                            .strength = adapters ? kDearestStrength : 1,
                            .halves = request.halves};
  Denoiser denoiser(model, input, {arena, stream});
  Tally tally;
  stream.attach(&tally);
  Velocities ignored;
  const std::vector<float> x(static_cast<size_t>(request.frames * request.model.audio_acoustic_hidden_dim));
  denoiser.predict(x, 1, request.guided ? Halves::both : Halves::conditional, ignored);
  stream.attach(nullptr);
  plan.arena_bytes = arena.high_water();
  plan.flops_per_evaluation = tally.total().flops;
  return plan;
}

HalvesRun choose_halves(const GenerationRequest& request, Device device) {
  if (device.kind != DeviceKind::cuda || !request.guided) return HalvesRun::apart;
  GenerationRequest together = request;
  together.halves = HalvesRun::together;
  const auto free = static_cast<double>(cuda_plugin().describe(device.index).free_bytes);
  const bool fits = static_cast<double>(plan_generation(together).arena_bytes) <= kUsableShare * free;
  return fits ? HalvesRun::together : HalvesRun::apart;
}

}  // namespace sidestep
