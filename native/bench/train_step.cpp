#include "bench/commands.h"
#include "bench/fixed_training.h"
#include "bench/stream.h"
#include "bench/training_request.h"
#include "ops/card_overhead.h"
#include "ops/cuda_plugin.h"
#include "training/memory_plan.h"

namespace sidestep::bench {
namespace {

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
  const Arguments arguments(words,
                            {"config", "latents", "condition", "batch", "rank", "steps", "threads", "backend", "checkpointing",
                             "memory", "precision", "base"},
                            {"json"});
  Stream stream = open_stream(arguments);
  PlanRequest request = training_request(arguments, compute_dtype(arguments, stream));
  request.device = stream.device().kind;
  PlanRequest without_recomputation = request;
  without_recomputation.kept = {};
  const MemoryPlan plan = plan_of(arguments, request, stream.device());
  request.kept = plan.recomputation.kept;
  PeakMeter meter(stream, request.compute_dtype);
  meter.sample();

  FixedTraining training(request, plan, 1e-4, stream);
  double loss = 0;
  const auto step = [&] { loss = training.step(); };
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
