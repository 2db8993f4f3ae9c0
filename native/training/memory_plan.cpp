#include "training/memory_plan.h"

#include "training/batch_upload.h"
#include "training/imagined_step.h"

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

size_t PlanRequest::input_bytes() const {
  const int64_t patches = (frames + model.patch_size - 1) / model.patch_size;
  return static_cast<size_t>(batch_size * patches * model.stack.hidden_size) * dtype_size(compute_dtype);
}

MemoryPlan plan_memory(const PlanRequest& request) {
  ImaginedStep step(request);
  Tally tally;
  step.attach(&tally);
  step.run_passes();
  step.attach(nullptr);
  MemoryPlan plan;
  plan.weights_bytes = step.model().owned_bytes();
  plan.trained_parameters = step.adapters().parameter_count();
  plan.adapted_modules = static_cast<int64_t>(step.adapters().modules().size());
  plan.adapter_bytes = 2 * sizeof(float) * static_cast<size_t>(plan.trained_parameters);
  plan.optimizer_bytes = step.optimizer().state_bytes();
  plan.ema_bytes = request.average == Average::ema ? plan.adapter_bytes / 2 : 0;
  plan.arena_bytes = step.arena().high_water();
  plan.batch_bytes = BatchUpload::planned_bytes(request.device, step.batch());
  plan.host_bytes = request.offloads() ? ActivationOffload::host_bytes(request.model.stack.num_layers(), request.input_bytes()) : 0;
  plan.flops_per_micro_step = tally.total().flops;
  return plan;
}

}  // namespace sidestep
