#include <algorithm>

#include "core/error.h"
#include "ops/elementwise.h"
#include "training/trainer_state.h"

namespace sidestep {

void Trainer::State::use_average() {
  if (!averages()) return;
  const auto& parameters = adapters->parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (raw_backup.size() <= i) raw_backup.emplace_back(DType::f32, parameters[i].value.shape(), stream.device());
    copy({parameters[i].value, raw_backup[i].tensor()}, stream);
    copy({average[i].tensor(), parameters[i].value}, stream);
  }
  adapters->refresh(work());
}

void Trainer::State::use_raw() {
  if (!averages()) return;
  const auto& parameters = adapters->parameters();
  for (size_t i = 0; i < parameters.size(); ++i) copy({raw_backup[i].tensor(), parameters[i].value}, stream);
  raw_backup.clear();
  adapters->refresh(work());
}

double Trainer::State::validate_once(const Sample& sample, int64_t index, size_t timestep, int64_t draw) {
  stream.throw_if_cancelled();
  const Batch batch = collate({&sample});
  const auto panel = static_cast<uint64_t>(timestep) * static_cast<uint64_t>(options.validation.draws);
  Draws draws;
  draws.noise_keys = {{options.validation.seed, Purpose::validation, panel + static_cast<uint64_t>(draw),
                       static_cast<uint64_t>(index)}};
  draws.t = {static_cast<float>(options.validation.timesteps[timestep])};
  draws.dropped = {0};
  return run_micro_step({.model = *model, .batch = batch, .draws = draws, .gradients = MicroStep::Gradients::none}, work())
      .loss;
}

ValidationReport Trainer::validate() {
  State& s = *state_;
  if (s.files.validation.empty()) throw Error("train/no-samples", "There are no samples to validate on");
  const ValidationOptions& panel = s.options.validation;
  ValidationReport report{.timesteps = panel.timesteps, .losses = std::vector<double>(panel.timesteps.size())};
  s.use_average();
  try {
    for (size_t i = 0; i < s.files.validation.size(); ++i) {
      Sample sample = load_sample(s.files.validation[i].files).sample;
      // The middle of a song longer than the crop: always the same window.
      const int64_t window = s.options.crop.frames;
      if (window > 0 && sample.frames() > window) sample = crop(sample, (sample.frames() - window) / 2, window);
      for (size_t t = 0; t < panel.timesteps.size(); ++t) {
        for (int64_t draw = 0; draw < panel.draws; ++draw) {
          report.losses[t] += s.validate_once(sample, static_cast<int64_t>(i), t, draw);
        }
      }
    }
  } catch (...) {
    s.use_raw();
    throw;
  }
  s.use_raw();
  for (double& loss : report.losses) {
    loss /= static_cast<double>(s.files.validation.size()) * static_cast<double>(panel.draws);
    report.loss += loss / static_cast<double>(report.losses.size());
  }
  return report;
}

}  // namespace sidestep
