#include <cstring>

#include "core/error.h"
#include "core/path_text.h"
#include "golden/model_case.h"
#include "golden/trajectory.h"
#include "ops/elementwise.h"

namespace sidestep::golden {
namespace {

Storage as_f32(ConstTensor from) {
  Stream stream(Device{}, std::make_shared<ThreadPool>(1));
  Storage out(DType::f32, from.shape());
  copy({from, out.tensor()}, stream);
  return out;
}

Sample read_sample(const SafetensorsFile& file, const std::string& prefix) {
  return {prefix, as_f32(file.tensor(prefix + "target_latents")), as_f32(file.tensor(prefix + "context_latents")),
          as_f32(file.tensor(prefix + "encoder_hidden_states"))};
}

std::vector<int64_t> recorded_updates(const Json& settings) {
  std::vector<int64_t> steps;
  for (const Json& step : settings.at("optimizer_step_after_micro_step").as_array()) steps.push_back(step.as_int());
  return steps;
}

void judge_train_trajectory(const Case& c, Report& report, Stream& stream) {
  Trajectory run{dit_config(c.config), case_weights(c, stream), {}, c.config.at("train"), {}};
  for (size_t i = 0; c.file.contains("in/sample" + std::to_string(i) + ".target_latents"); ++i) {
    run.samples.push_back(read_sample(c.file, "in/sample" + std::to_string(i) + "."));
  }
  run.update_after = recorded_updates(run.settings);
  judge_trajectory(c, run, report, stream);
}

const Kind trajectory_kind{"train_trajectory", judge_train_trajectory};

/// A run on preprocessed songs: the tensors of the neighbouring e2e_preprocess files (twins of the .pt files that are named)
/// and the tiny checkpoint beside the folder.
void judge_e2e_training(const Case& c, Report& report, Stream& stream) {
  const std::filesystem::path folder = c.file.path().parent_path();
  const std::filesystem::path checkpoint =
      folder.parent_path() / "tiny_checkpoint" / ("acestep-v15-" + c.config.at("variant").as_string());
  Trajectory run{dit_config(read_config(checkpoint)),
                 Weights::from_files(WeightFiles::open(checkpoint), "", c.compute_dtype, stream),
                 {},
                 c.config,
                 {}};
  for (const Json& name : c.config.at("sample_files").as_array()) {
    const SafetensorsFile file((folder / path_from_utf8(name.as_string())).replace_extension(".safetensors"));
    run.samples.push_back(read_sample(file, "out/"));
  }
  if (c.config.contains("optimizer_step_after_micro_step")) {
    run.update_after = recorded_updates(c.config);
  } else {
    const int64_t accumulation = c.config.at("gradient_accumulation_steps").as_int();
    for (int64_t step = 1; step <= c.config.at("total_steps").as_int(); ++step) run.update_after.push_back(step * accumulation);
  }
  judge_trajectory(c, run, report, stream);
}

const Kind e2e_kind{"e2e_training", judge_e2e_training};

}  // namespace
}  // namespace sidestep::golden
