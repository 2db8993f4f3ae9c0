#include "training/run_progress.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"

namespace sidestep {

RunProgress::RunProgress(const Run& run)
    : run_(run), schedule_(run.schedule()), target_loss_(run.options.target_loss, schedule_.warmup()) {}

bool RunProgress::finished() const {
  const bool steps = run_.options.max_steps > 0 && position_.global_step >= run_.options.max_steps;
  return steps || position_.epoch >= run_.options.epochs;
}

int64_t RunProgress::last_micro() const {
  return std::min(first_micro() + run_.options.gradient_accumulation_steps, run_.shape.micro_steps_per_epoch);
}

bool RunProgress::has_next_step() const {
  const bool last = run_.options.max_steps > 0 && position_.global_step + 1 >= run_.options.max_steps;
  return position_.group + 1 < run_.shape.steps_per_epoch && !last;
}

void RunProgress::during_next_step(const std::function<void()>& body) {
  ++position_.group;
  body();
  --position_.group;
}

bool RunProgress::draws_by_losses(const RandomKey& choice) const {
  const double ratio = run_.options.timestep.adaptive_ratio;
  return ratio > 0 && bernoulli(choice, 2, ratio);
}

bool RunProgress::draws_by_losses(const std::vector<int64_t>& occurrences, uint64_t micro_step) const {
  const auto of_sample = [&](int64_t occurrence) {
    return draws_by_losses({run_.options.seed, Purpose::adaptive_timestep, micro_step, static_cast<uint64_t>(occurrence)});
  };
  return std::any_of(occurrences.begin(), occurrences.end(), of_sample);
}

Draws RunProgress::draw(const Batch& batch, const std::vector<int64_t>& occurrences, uint64_t micro_step) const {
  const TrainOptions& options = run_.options;
  Draws draws;
  for (int64_t b = 0; b < batch.size(); ++b) {
    const auto sample = static_cast<uint64_t>(occurrences[static_cast<size_t>(b)]);
    const auto key = [&](Purpose purpose) { return RandomKey{options.seed, purpose, micro_step, sample}; };
    const RandomKey choice = key(Purpose::adaptive_timestep);
    const double t = draws_by_losses(choice) ? adaptive_.draw(choice) : draw_timestep(options.timestep, key(Purpose::timestep));
    draws.t.push_back(static_cast<float>(t));
    draws.noise_keys.push_back(key(Purpose::noise));
    draws.dropped.push_back(bernoulli(key(Purpose::condition_dropout), 0, options.cfg_dropout) ? 1 : 0);
  }
  return draws;
}

void RunProgress::note_nonfinite(const std::string& diagnosis, StepReport& report) {
  ++position_.nonfinite_in_a_row;
  ++position_.nonfinite_total;
  report.diagnosis = diagnosis;
  if (position_.nonfinite_in_a_row < run_.options.max_nonfinite_steps) return;
  throw Error("train/nonfinite-loss",
              std::to_string(position_.nonfinite_in_a_row) + " micro-batches in a row without a finite loss: " + diagnosis,
              "Lower the learning rate, or check the sample that is named; the last checkpoint is intact.");
}

void RunProgress::add_outcome(const MicroOutcome& outcome, StepReport& report, int64_t& good) {
  report.timesteps.insert(report.timesteps.end(), outcome.timesteps.begin(), outcome.timesteps.end());
  report.sample_names.insert(report.sample_names.end(), outcome.sample_names.begin(), outcome.sample_names.end());
  report.sample_losses.insert(report.sample_losses.end(), outcome.sample_losses.begin(), outcome.sample_losses.end());
  if (!std::isfinite(outcome.loss)) return note_nonfinite(outcome.diagnosis, report);
  position_.nonfinite_in_a_row = 0;
  report.loss += outcome.loss;
  ++good;
  if (run_.options.timestep.adaptive_ratio > 0) adaptive_.update(outcome.timesteps, outcome.sample_losses);
}

double RunProgress::learning_rate(StepReport& report) const {
  report.learning_rate = learning_rate_at(schedule_, position_.global_step) * target_loss_.scale();
  report.target_loss_scale = target_loss_.scale();
  return report.learning_rate;
}

void RunProgress::add_update(const UpdateResult& result, const Optimizer& optimizer, StepReport& report) {
  report.grad_norm = result.grad_norm;
  report.module_norms = result.module_norms;
  if (result.kind == UpdateResult::Kind::skipped) {
    report.kind = StepReport::Kind::skipped;
    return note_nonfinite("gradient of " + result.first_bad, report);
  }
  ++position_.global_step;
  // Prodigy sets its own rate: a target loss would fight it.
  if (run_.options.optimizer.type != OptimizerType::prodigy)
    target_loss_.update(report.loss, position_.global_step);
  else
    report.prodigy_d = optimizer.scalars()[1];
  report.target_loss_smoothed = target_loss_.smoothed();
}

bool RunProgress::end_step(StepReport& report) {
  report.global_step = position_.global_step;
  report.nonfinite_total = position_.nonfinite_total;
  if (report.kind == StepReport::Kind::applied) {
    position_.epoch_loss_sum += report.loss;
    ++position_.epoch_updates;
  }
  if (++position_.group < run_.shape.steps_per_epoch) return false;
  report.epoch_finished = true;
  report.epoch_loss = position_.epoch_loss_sum / static_cast<double>(std::max<int64_t>(1, position_.epoch_updates));
  ++position_.epoch;
  position_.group = position_.epoch_updates = 0;
  position_.epoch_loss_sum = 0;
  return true;
}

void RunProgress::take_back(const Undo& undo) {
  position_ = undo.position;
  adaptive_ = undo.adaptive;
}

std::vector<NamedNumbers> RunProgress::numbers() const {
  const TargetLoss::State target = target_loss_.state();
  const std::vector<double> where{static_cast<double>(position_.global_step),
                                  static_cast<double>(position_.epoch),
                                  static_cast<double>(position_.group),
                                  static_cast<double>(position_.nonfinite_in_a_row),
                                  static_cast<double>(position_.nonfinite_total),
                                  position_.epoch_loss_sum,
                                  static_cast<double>(position_.epoch_updates),
                                  target.scale,
                                  target.smoothed,
                                  target.started};
  return {{"run/position", where}, {"run/adaptive", {adaptive_.state().begin(), adaptive_.state().end()}}};
}

void RunProgress::set_numbers(const std::function<std::vector<double>(const std::string& name)>& read) {
  const std::vector<double> n = read("run/position");
  if (n.size() != kPositionNumbers) throw Error("train/state-mismatch", "run/position has another length");
  position_ = {.global_step = static_cast<int64_t>(n[0]),
               .epoch = static_cast<int64_t>(n[1]),
               .group = static_cast<int64_t>(n[2]),
               .nonfinite_in_a_row = static_cast<int64_t>(n[3]),
               .nonfinite_total = static_cast<int64_t>(n[4]),
               .epoch_loss_sum = n[5],
               .epoch_updates = static_cast<int64_t>(n[6])};
  target_loss_.set_state({n[7], n[8], n[9]});
  std::array<double, AdaptiveTimesteps::kBins> bins{};
  const std::vector<double> saved = read("run/adaptive");
  if (saved.size() != bins.size()) throw Error("train/state-mismatch", "run/adaptive has another length");
  std::copy(saved.begin(), saved.end(), bins.begin());
  adaptive_.set_state(bins);
}

}  // namespace sidestep
