#include "training/memory_plan.h"

#include "adapters/adapter_set.h"
#include "models/dit.h"

namespace sidestep {

Batch blank_batch(const DitConfig& model, int64_t batch_size, int64_t frames, int64_t tokens) {
  Batch batch;
  batch.target_latents = Storage(DType::f32, {batch_size, frames, model.audio_acoustic_hidden_dim});
  batch.context_latents = Storage(DType::f32, {batch_size, frames, model.context_channels()});
  batch.encoder_hidden_states = Storage(DType::f32, {batch_size, tokens, model.condition_size});
  batch.frames.assign(static_cast<size_t>(batch_size), frames);
  batch.tokens.assign(static_cast<size_t>(batch_size), tokens);
  // Unequal lengths need a key mask besides; the plan covers them.
  if (batch_size > 1 && frames > 1) batch.frames.back() = frames - 1;
  if (batch_size > 1 && tokens > 1) batch.tokens.back() = tokens - 1;
  batch.names.assign(static_cast<size_t>(batch_size), "planned");
  return batch;
}

MemoryPlan plan_memory(const PlanRequest& request) {
  const Device device{.kind = DeviceKind::plan};
  Stream stream(device);
  Arena arena(device, 0);
  Dit model(request.model, Weights::random(0, request.compute_dtype, stream, request.stored).keeping(request.base));
  AdapterSet adapters(model, request.adapter);
  adapters.initialise(0, {arena, stream});
  adapters.refresh({arena, stream});
  const Batch batch = blank_batch(request.model, request.batch_size, request.frames, request.tokens);
  const auto size = static_cast<size_t>(request.batch_size);
  // One dropped sample: replacing its condition takes scratch of its own on some devices.
  Draws draws{.noise = {}, .noise_keys = std::vector<RandomKey>(size), .t = std::vector<float>(size, 0.5F),
              .dropped = std::vector<uint8_t>(size, 1)};
  Tally tally;
  stream.attach(&tally);
  run_micro_step({.model = model,
                  .batch = batch,
                  .draws = draws,
                  .loss = request.loss,
                  .pass = {.mode = PassContext::Mode::training},
                  .gradient_checkpointing = request.gradient_checkpointing},
                 {arena, stream});
  stream.attach(nullptr);
  MemoryPlan plan;
  plan.weights_bytes = model.owned_bytes();
  plan.trained_parameters = adapters.parameter_count();
  plan.adapted_modules = static_cast<int64_t>(adapters.modules().size());
  plan.adapter_bytes = 2 * sizeof(float) * static_cast<size_t>(plan.trained_parameters);
  plan.optimizer_bytes = make_optimizer(request.optimizer, adapters.parameters(), stream)->state_bytes();
  plan.ema_bytes = request.average == Average::ema ? plan.adapter_bytes / 2 : 0;
  plan.arena_bytes = arena.high_water();
  plan.flops_per_micro_step = tally.total().flops;
  return plan;
}

}  // namespace sidestep
