#include <algorithm>
#include <optional>
#include <utility>

#include "core/error.h"
#include "training/trainer_state.h"

namespace sidestep {

double Trainer::State::validate_once(const Sample& sample, int64_t index, size_t timestep, int64_t draw) {
  stream.throw_if_cancelled();
  const Batch batch = collate({&sample});
  const auto panel = static_cast<uint64_t>(timestep) * static_cast<uint64_t>(options().validation.draws);
  Draws draws;
  draws.noise_keys = {
      {options().validation.seed, Purpose::validation, panel + static_cast<uint64_t>(draw), static_cast<uint64_t>(index)}};
  draws.t = {static_cast<float>(options().validation.timesteps[timestep])};
  draws.dropped = {0};
  return run_micro_step({.model = *model, .batch = batch, .draws = draws, .gradients = MicroStep::Gradients::none}, work()).loss;
}

namespace {

/// The middle of a song longer than the crop: always the same window.
Sample validation_sample(const SampleHeader& header, int64_t window) {
  Sample sample = load_sample(header.files).sample;
  return window > 0 && sample.frames() > window ? crop(sample, (sample.frames() - window) / 2, window) : sample;
}

}  // namespace

/// The loss of every sample at every timestep and draw, in this order; of several ranks each has its share.
std::vector<double> Trainer::State::validation_losses() {
  const ValidationOptions& panel = options().validation;
  const size_t draws = static_cast<size_t>(panel.draws), of_sample = panel.timesteps.size() * draws;
  const RankPlace place = team ? team->place() : RankPlace{};
  std::vector<double> losses(run.files.validation.size() * of_sample);
  std::optional<std::pair<size_t, Sample>> loaded;
  for (auto i = static_cast<size_t>(place.rank); i < losses.size(); i += static_cast<size_t>(place.ranks)) {
    const size_t index = i / of_sample, within = i % of_sample;
    if (!loaded || loaded->first != index)
      loaded.emplace(index, validation_sample(run.files.validation[index], options().crop.frames));
    losses[i] = validate_once(loaded->second, static_cast<int64_t>(index), within / draws, static_cast<int64_t>(within % draws));
  }
  if (team) team->share(losses);
  return losses;
}

ValidationReport Trainer::State::validate() {
  const ValidationOptions& panel = options().validation;
  ValidationReport report{.timesteps = panel.timesteps, .losses = std::vector<double>(panel.timesteps.size())};
  std::vector<double> losses;
  average->use_during([&] { losses = validation_losses(); }, work());
  const auto draws = static_cast<size_t>(panel.draws);
  for (size_t i = 0; i < losses.size(); ++i) report.losses[i / draws % panel.timesteps.size()] += losses[i];
  for (double& loss : report.losses) {
    loss /= static_cast<double>(run.files.validation.size()) * static_cast<double>(panel.draws);
    report.loss += loss / static_cast<double>(report.losses.size());
  }
  return report;
}

ValidationReport Trainer::validate() {
  State& s = *state_;
  if (s.run.files.validation.empty()) throw Error("train/no-samples", "There are no samples to validate on");
  s.wait_for_device();
  if (s.team) s.lead(Team::Command::validate);
  const ReliefScope scope = s.memory.relief();
  ValidationReport report = s.validate();
  s.memory.end_shortage();
  return report;
}

}  // namespace sidestep
