#include "sampling/generation_plan.h"

#include <algorithm>
#include <memory>

#include "adapters/adapter_set.h"
#include "ops/card_overhead.h"
#include "ops/cuda_plugin.h"

namespace sidestep {

namespace {

constexpr Device kPlan{.kind = DeviceKind::plan};
/// Between none and all of an adapter the layer is computed with and without it; at all of it layers that read one x are computed
/// together, with all their x A^T. Which takes more depends on widths and ranks; no other strength takes more than both.
constexpr float kDearestStrengths[] = {0.5F, 1.0F};

}  // namespace

GenerationPlan plan_generation(const GenerationRequest& request) {
  Stream stream(kPlan);
  Arena arena(kPlan, 0);
  Dit model(request.model, Weights::random(0, request.compute_dtype, stream, request.stored).in_precision(request.base));
  std::unique_ptr<AdapterSet> adapters;
  GenerationPlan plan{.weights_bytes = model.owned_bytes()};
  if (request.adapter) {
    adapters = std::make_unique<AdapterSet>(model, *request.adapter);
    adapters->refresh({arena, stream});
    plan.adapter_bytes = adapters->bytes();
  }
  const auto planned = [](int64_t rows, int64_t width) { return ConstTensor(nullptr, DType::f32, {rows, width}, kPlan); };
  DenoiserInput input{.condition = planned(request.tokens, request.model.condition_size),
                      .context = planned(request.frames, request.model.context_channels()),
                      .guided = request.guided,
                      .halves = request.halves};
  const std::vector<float> x(static_cast<size_t>(request.frames * request.model.audio_acoustic_hidden_dim));
  for (const float strength : kDearestStrengths) {
    input.strength = strength;
    Denoiser denoiser(model, input, {arena, stream});
    Tally tally;
    stream.attach(&tally);
    Velocities ignored;
    denoiser.predict(x, 1, request.guided ? Halves::both : Halves::conditional, ignored);
    stream.attach(nullptr);
    plan.flops_per_evaluation = std::max(plan.flops_per_evaluation, tally.total().flops);
    if (!adapters) break;  // nothing to be stronger or weaker
  }
  plan.arena_bytes = arena.high_water();
  return plan;
}

HalvesRun choose_halves(const GenerationRequest& request, Device device) {
  if (device.kind != DeviceKind::cuda || !request.guided) return HalvesRun::apart;
  GenerationRequest together = request;
  together.halves = HalvesRun::together;
  const bool fits =
      plan_generation(together).arena_bytes + kWorkspaceBytes + kScratchBytes <= cuda_plugin().describe(device.index).free_bytes;
  return fits ? HalvesRun::together : HalvesRun::apart;
}

}  // namespace sidestep
