#include "adapters/adapter_set.h"
#include "bench/commands.h"
#include "bench/stream.h"
#include "bench/training_request.h"
#include "ops/card_overhead.h"
#include "ops/cuda_plugin.h"
#include "training/batch_upload.h"
#include "training/memory_plan.h"
#include "training/update.h"

namespace sidestep::bench {
namespace {

void fill_normal(const Storage& storage, uint64_t index) {
  float* data = storage.tensor().data<float>();
  for (int64_t i = 0; i < storage.view().numel(); ++i)
    data[i] = normal({.seed = 1, .purpose = Purpose::fixture, .sample = index}, static_cast<uint64_t>(i));
}

Batch random_batch(const PlanRequest& request) {
  Batch batch = blank_batch(request.model, request.batch_size, request.frames, request.tokens);
  batch.frames.assign(batch.frames.size(), request.frames);
  fill_normal(batch.target_latents, 1);
  fill_normal(batch.context_latents, 2);
  fill_normal(batch.encoder_hidden_states, 3);
  return batch;
}

Draws fixed_draws(int64_t batch_size) {
  const auto size = static_cast<size_t>(batch_size);
  Draws draws{.noise = {}, .t = std::vector<float>(size, 0.5F), .dropped = std::vector<uint8_t>(size, 0)};
  for (size_t i = 0; i < size; ++i) draws.noise_keys.push_back({.seed = 1, .purpose = Purpose::noise, .sample = i});
  return draws;
}

/// What the driver says is taken on the card, by all programs.
size_t used_bytes(Device device) {
  const CudaDevice card = cuda_plugin().describe(device.index);
  return card.memory_bytes - card.free_bytes;
}

/// With `--checkpointing auto`: `--memory MIB`, or what is free on the card; a CPU keeps everything.
MemoryPlan plan_of(const Arguments& arguments, const PlanRequest& request, Device device) {
  const auto mebibytes = static_cast<size_t>(arguments.count_or("memory", 0));
  if (arguments.text_or("checkpointing", "auto") != "auto") return plan_memory(request);
  if (mebibytes > 0) return plan_within(request, mebibytes << 20);
  if (device.kind != DeviceKind::cuda) return plan_memory(request);
  const CudaDevice card = cuda_plugin().describe(device.index);
  return plan_within(request, keeping_budget(at_hand(card.free_bytes, card.memory_bytes), device.kind));
}

}  // namespace

int train_step_command(const std::vector<std::string>& words) {
  const Arguments arguments(words, {"config", "latents", "condition", "batch", "rank", "steps", "threads", "backend", "checkpointing",
                                    "memory", "precision"}, {"json"});
  Stream stream = open_stream(arguments);
  PlanRequest request = training_request(arguments, compute_dtype(arguments, stream));
  request.device = stream.device().kind;
  PlanRequest without_recomputation = request;
  without_recomputation.kept = {};
  const MemoryPlan plan = plan_of(arguments, request, stream.device());
  request.kept = plan.recomputation.kept;
  PeakMeter meter(stream, request.compute_dtype);
  meter.sample();

  Arena arena(stream.device(), plan.arena_bytes);
  const Workspace work{arena, stream};
  Dit model(request.model, Weights::random(1, request.compute_dtype, stream));
  AdapterSet adapters(model, request.adapter);
  adapters.initialise(1, work);
  adapters.refresh(work);
  model.reserve(request.frames, stream);
  StepRecordings recordings;
  const auto optimizer = make_optimizer(request.optimizer, adapters.parameters(), stream);
  const BatchUpload upload(stream.device(), plan.batch_bytes / BatchUpload::kBatches);
  const Batch batch = upload.send(random_batch(request));
  const Draws draws = fixed_draws(request.batch_size);
  const Staging staging(stream.device());
  sidestep::StepFigures step_figures({.micro_steps = 1, .batch_size = request.batch_size, .parameters = static_cast<int64_t>(adapters.parameters().size())},
                                     stream.device());
  double loss = 0;
  const auto step = [&] {  // as the trainer tells a card: read once, at its end
    step_figures.begin();
    run_micro_step({.model = model,
                    .batch = batch,
                    .draws = draws,
                    .loss = request.loss,
                    .pass = {.mode = PassContext::Mode::training},
                    .kept = request.kept,
                    .unread = step_figures.next(request.batch_size),
                    .staging = &staging,
                    .recordings = &recordings},
                   work);
    queue_update({.adapters = adapters, .optimizer = *optimizer, .learning_rate = 1e-4}, step_figures, work);
    loss = step_figures.read(stream).micro_steps.front().loss;
  };
  const StepFigures figures = measure_steps(step, arguments.count_or("steps", 3), meter, stream);
  Json::Object extra{{"model_flops_per_step", plan_memory(without_recomputation).flops_per_micro_step},
                           {"loss", loss},
                           {"weights_bytes", plan.weights_bytes},
                           {"arena_bytes", plan.arena_bytes},
                           {"planned_bytes", plan.total_bytes()},
                           {"kept_layers", plan.recomputation.whole_layers()},
                           {"partly_kept_layers", plan.recomputation.partial_layers()},
                           {"trained_parameters", plan.trained_parameters}};
  if (stream.device().kind == DeviceKind::cuda) extra["device_bytes"] = used_bytes(stream.device());
  print(figures, extra, format(arguments));
  return 0;
}

}  // namespace sidestep::bench
