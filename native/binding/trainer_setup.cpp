#include "binding/trainer_setup.h"

#include "binding/engine.h"
#include "binding/path_param.h"
#include "binding/sample_params.h"

namespace sidestep::binding {

TrainerSetup trainer_setup(const Json& params) {
  TrainerSetup setup;
  setup.model_folder = path_param(params, "model_folder");
  setup.samples = sample_files(params, "samples");
  setup.validation_samples = sample_files(params, "validation_samples");
  setup.options = params.at("options");
  setup.compute_dtype = dtype_from_precision(params.string_or("precision", "f32"));
  setup.device = device_from_name(params.string_or("device", "cpu")).kind;
  if (const Json& clip = params.get("longest_clip"); !clip.is_null())
    setup.longest_clip = {clip.at("frames").as_int(), clip.at("tokens").as_int(), clip.bool_or("guided", true)};
  if (const Json& limit = params.get("memory_limit_bytes"); !limit.is_null())
    setup.memory_limit_bytes = static_cast<size_t>(limit.as_number());
  setup.ranks = params.int_or("ranks", 1);
  return setup;
}

namespace {

Json::Object recomputation_json(const Recomputation& recomputation) {
  return {{"layers", static_cast<int64_t>(recomputation.kept.size())},
          {"kept_layers", recomputation.whole_layers()},
          {"partly_kept_layers", recomputation.partial_layers()},
          {"work_saved", recomputation.work_saved}};
}

}  // namespace

Json::Object memory_json(const MemoryPlan& plan) {
  return {{"weights_bytes", plan.weights_bytes},
          {"adapter_bytes", plan.adapter_bytes},
          {"optimizer_bytes", plan.optimizer_bytes},
          {"ema_bytes", plan.ema_bytes},
          {"arena_bytes", plan.arena_bytes},
          {"batch_bytes", plan.batch_bytes},
          {"sampling_bytes", plan.sampling_bytes},
          {"total_bytes", plan.total_bytes()},
          {"host_bytes", plan.host_bytes},
          {"streamed_layers", plan.streamed_layers},
          {"streamed_bytes", plan.streamed_bytes},
          {"flops_per_micro_step", plan.flops_per_micro_step},
          {"recomputation", recomputation_json(plan.recomputation)},
          {"trained_parameters", plan.trained_parameters},
          {"adapted_modules", plan.adapted_modules}};
}

Json::Object shape_json(const RunShape& shape) {
  return {{"samples", shape.samples},
          {"micro_steps_per_epoch", shape.micro_steps_per_epoch},
          {"steps_per_epoch", shape.steps_per_epoch},
          {"total_steps", shape.total_steps},
          {"longest_frames", shape.longest_frames},
          {"longest_tokens", shape.longest_tokens}};
}

}  // namespace sidestep::binding
