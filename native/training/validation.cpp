#include <algorithm>
#include <optional>
#include <utility>

#include "core/error.h"
#include "ops/elementwise.h"
#include "training/trainer_state.h"

namespace sidestep {

/// All or nothing: a card that has no memory for the raw weights leaves them where they are.
void Trainer::State::use_average() {
  if (!averages()) return;
  const auto& parameters = adapters->parameters();
  std::vector<Storage> backup;
  for (const Parameter& p : parameters) backup.emplace_back(DType::f32, p.value.shape(), stream.device());
  for (size_t i = 0; i < parameters.size(); ++i) {
    copy({parameters[i].value, backup[i].tensor()}, stream);
    copy({average[i].tensor(), parameters[i].value}, stream);
  }
  raw_backup = std::move(backup);
  adapters->refresh(work());
}

/// Nothing where the raw ones are in their place.
void Trainer::State::use_raw() {
  if (raw_backup.empty()) return;
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
  draws.noise_keys = {
      {options.validation.seed, Purpose::validation, panel + static_cast<uint64_t>(draw), static_cast<uint64_t>(index)}};
  draws.t = {static_cast<float>(options.validation.timesteps[timestep])};
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
  const ValidationOptions& panel = options.validation;
  const size_t draws = static_cast<size_t>(panel.draws), of_sample = panel.timesteps.size() * draws;
  const RankPlace place = team ? team->place() : RankPlace{};
  std::vector<double> losses(files.validation.size() * of_sample);
  std::optional<std::pair<size_t, Sample>> loaded;
  for (auto i = static_cast<size_t>(place.rank); i < losses.size(); i += static_cast<size_t>(place.ranks)) {
    const size_t index = i / of_sample, within = i % of_sample;
    if (!loaded || loaded->first != index) loaded.emplace(index, validation_sample(files.validation[index], options.crop.frames));
    losses[i] = validate_once(loaded->second, static_cast<int64_t>(index), within / draws, static_cast<int64_t>(within % draws));
  }
  if (team) team->share(losses);
  return losses;
}

ValidationReport Trainer::State::validate() {
  const ValidationOptions& panel = options.validation;
  ValidationReport report{.timesteps = panel.timesteps, .losses = std::vector<double>(panel.timesteps.size())};
  std::vector<double> losses;
  try {
    use_average();
    losses = validation_losses();
  } catch (...) {
    use_raw();
    throw;
  }
  use_raw();
  const auto draws = static_cast<size_t>(panel.draws);
  for (size_t i = 0; i < losses.size(); ++i) report.losses[i / draws % panel.timesteps.size()] += losses[i];
  for (double& loss : report.losses) {
    loss /= static_cast<double>(files.validation.size()) * static_cast<double>(panel.draws);
    report.loss += loss / static_cast<double>(report.losses.size());
  }
  return report;
}

ValidationReport Trainer::validate() {
  State& s = *state_;
  if (s.files.validation.empty()) throw Error("train/no-samples", "There are no samples to validate on");
  s.wait_for_device();
  if (s.team) s.lead(Team::Command::validate);
  const ReliefScope scope = s.relief();
  ValidationReport report = s.validate();
  s.end_shortage();
  return report;
}

}  // namespace sidestep
