#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "core/error.h"
#include "training/trainer_state.h"

namespace sidestep {

MicroStep Trainer::State::micro_step(const MicroBatch& micro, const Draws& draws) {
  return {.model = *model,
          .batch = micro.batch,
          .draws = draws,
          .loss = options().loss,
          .pass = {PassContext::Mode::training, options().seed, batches.micro_step(micro.index)},
          .grad_scale = 1 / static_cast<double>(options().gradient_accumulation_steps),
          .kept = memory.plan().recomputation.kept,
          .offload = offload.get(),
          .staging = &numbers,
          .recordings = &memory.recordings()};
}

/// Which sample has no finite loss, and where in the model that shows first.
std::string Trainer::State::diagnose(const MicroBatch& micro, const MicroStep& step, const std::vector<double>& sample_losses) {
  size_t bad = 0;
  while (bad + 1 < sample_losses.size() && std::isfinite(sample_losses[bad])) ++bad;
  return "sample " + micro.batch.names[bad] + ", first bad tensor " + first_nonfinite(step, adapters->parameters(), work());
}

/// A micro-batch whose loss is read before its backward pass.
void Trainer::State::run_micro(const MicroBatch& micro, StepReport& report, int64_t& good) {
  stream.throw_if_cancelled();
  const Draws draws = progress.draw(micro.batch, micro.occurrences, batches.micro_step(micro.index));
  const MicroStep step = micro_step(micro, draws);
  const MicroResult result = run_micro_step(step, work());
  MicroOutcome outcome{
      .loss = result.loss, .sample_losses = result.per_sample, .timesteps = draws.t, .sample_names = micro.batch.names};
  if (!std::isfinite(result.loss)) outcome.diagnosis = diagnose(micro, step, result.per_sample);
  progress.add_outcome(outcome, report, good);
}

/// Of a step whose learning rate goes into the report.
Update Trainer::State::next_update(StepReport& report, int64_t good) {
  changing_weights = true;
  const auto whole = static_cast<double>(options().gradient_accumulation_steps);
  const bool mean = options().partial_accumulation == PartialAccumulation::mean;
  return {.adapters = *adapters,
          .optimizer = *optimizer,
          .learning_rate = progress.learning_rate(report),
          .max_grad_norm = options().max_grad_norm,
          .grad_factor = mean ? whole / static_cast<double>(good) : 1};
}

/// A step that reads every loss before it goes on. `next` gives the micro-batches, in order.
StepReport Trainer::State::step_checking_losses(const NextBatch& next) {
  StepReport report = progress.begun_report();
  int64_t good = 0;
  changing_weights = false;  // whatever was tried before has changed none
  gradients_are_zero = false;
  adapters->zero_gradients(stream);
  for (int64_t micro = progress.first_micro(); micro < progress.last_micro(); ++micro) run_micro(next(micro), report, good);
  return finish_step(std::move(report), good);
}

/// From the gradients of all micro-batches, `good` of which had a loss, to new weights.
StepReport Trainer::State::finish_step(StepReport report, int64_t good) {
  if (good == 0) {
    report.kind = StepReport::Kind::skipped;
    return report;
  }
  report.loss /= static_cast<double>(good);
  const UpdateResult result = apply_update(next_update(report, good), work());
  if (result.kind == UpdateResult::Kind::applied) average->update({});
  progress.add_update(result, *optimizer, report);
  return report;
}

/// Queues all passes of a step on the device.
QueuedStep Trainer::State::queue_passes(const NextBatch& next) {
  QueuedStep queued{.report = progress.begun_report(), .group = {}, .crops = batches.crops()};
  figures->begin();
  if (!gradients_are_zero) adapters->zero_gradients(stream);
  gradients_are_zero = false;
  for (int64_t index = progress.first_micro(); index < progress.last_micro(); ++index) {
    stream.throw_if_cancelled();
    MicroBatch micro = next(index);
    const Draws draws = progress.draw(micro.batch, micro.occurrences, batches.micro_step(index));
    MicroStep step = micro_step(micro, draws);
    step.unread = figures->next(micro.batch.size());
    run_micro_step(step, work());
    queued.report.timesteps.insert(queued.report.timesteps.end(), draws.t.begin(), draws.t.end());
    queued.report.sample_names.insert(queued.report.sample_names.end(), micro.batch.names.begin(), micro.batch.names.end());
    micro.batch = {};
    queued.group.push_back(std::move(micro));
  }
  queued.crops = batches.crops();
  return queued;
}

/// The next step's passes, while the card still computes this one: it need not wait until this one's report is read. They
/// change nothing but gradients, so a run that ends here has lost nothing. What goes wrong is left for the step itself, in which
/// it goes wrong again: this one is done, and its report must not be lost.
void Trainer::State::queue_next_step(const NextBatch& next) {
  if (!progress.has_next_step()) return;
  const CropSampler before = batches.crops();
  progress.during_next_step([&] {
    try {
      queued_next = queue_passes(next);
    } catch (const std::exception&) {
      queued_next.reset();
    }
  });
  batches.set_crops(before);
}

/// A step that is queued on a card as a whole, update included, and read once, when the next one's passes have been queued behind
/// it. If a loss turns out to be no finite number the card has changed nothing but gradients, and the step is taken again with
/// every loss checked, and so are the passes of the next: that is rare, and checking always costs a pause in every step.
StepReport Trainer::State::step_queued() {
  stream.throw_if_cancelled();
  const auto fresh = [this](int64_t index) { return batches.next(index); };
  QueuedStep queued = queued_next ? std::move(*queued_next) : queue_passes(fresh);
  queued_next.reset();
  batches.set_crops(std::move(queued.crops));
  StepReport report = std::move(queued.report);
  const std::vector<double> counters = optimizer->scalars();
  const auto count = static_cast<int64_t>(queued.group.size());
  const Update update = next_update(report, count);
  queue_update(update, *figures, work());
  gradients_are_zero = true;
  average->update(figures->proceed());
  figures->send(stream);
  queue_next_step(fresh);
  const StepFigures::Read read = figures->receive(stream);
  for (const StepFigures::Losses& losses : read.micro_steps) {
    report.sample_losses.insert(report.sample_losses.end(), losses.per_sample.begin(), losses.per_sample.end());
    report.loss += losses.loss;
  }
  const auto finite = [](const StepFigures::Losses& losses) { return std::isfinite(losses.loss); };
  if (!std::all_of(read.micro_steps.begin(), read.micro_steps.end(), finite)) {
    const std::optional<QueuedStep> in_vain = std::exchange(queued_next, {});
    optimizer->set_scalars(counters);
    const auto group_of = [this](const std::vector<MicroBatch>& group) {
      return [this, &group](int64_t index) {
        return batches.read_again(group[static_cast<size_t>(index - progress.first_micro())]);
      };
    };
    StepReport checked = step_checking_losses(group_of(queued.group));
    if (in_vain) queue_next_step(group_of(in_vain->group));
    if (queued_next) queued_next->crops = in_vain->crops;
    return checked;
  }
  progress.note_finite();
  report.loss /= static_cast<double>(count);
  const UpdateResult result = judge(update, read.norms);
  if (result.kind == UpdateResult::Kind::skipped) optimizer->set_scalars(counters);
  progress.add_update(result, *optimizer, report);
  return report;
}

/// On the CPU reading a loss costs nothing. Adaptive timesteps follow every loss, Prodigy finds its rate on the host, and a bench
/// that times every op waits anyway.
bool Trainer::State::queues_steps() const {
  return stream.device().kind == DeviceKind::cuda && stream.tally() == nullptr && options().timestep.adaptive_ratio == 0 &&
         !optimizer->waits();
}

void Trainer::State::end_step(StepReport& report) {
  if (!progress.end_step(report)) return;
  const int64_t epoch = progress.position().epoch, decay = options().crop.decay_every_epochs;
  if (decay > 0 && epoch % decay == 0) batches.halve_crops();
  if (epoch == options().epochs) return;
  batches.begin_epoch(epoch);
  batches.begin_reading(0);  // while the caller validates and saves
}

StepReport Trainer::State::step() {
  batches.begin_epoch(progress.position().epoch);
  changing_weights = false;
  const auto taken = [this] {
    if (team) return step_with_ranks();
    return queues_steps() ? step_queued()
                          : step_checking_losses([this](int64_t micro_index) { return batches.next(micro_index); });
  };
  StepReport report = taken();
  end_step(report);
  return report;
}

StepReport Trainer::step() {
  State& s = *state_;
  if (finished()) throw Error("train/finished", "The run has done all its steps", "Raise epochs to go on.");
  if (s.team) s.lead(Team::Command::step);
  return s.step_within_memory();
}

}  // namespace sidestep
