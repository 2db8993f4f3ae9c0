#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "core/error.h"
#include "ops/optimizer.h"
#include "training/trainer_state.h"

namespace sidestep {

void Trainer::State::begin_epoch() {
  if (!order.empty()) return;
  order = epoch_order(shape.samples * options.dataset_repeats, options.shuffle, options.seed, position.epoch);
}

void Trainer::State::begin_batch(int64_t micro_index) {
  const int64_t begin = micro_index * options.batch_size;
  const int64_t end = std::min(begin + options.batch_size, static_cast<int64_t>(order.size()));
  const auto micro_step = static_cast<uint64_t>(position.epoch * shape.micro_steps_per_epoch + micro_index);
  PendingBatch next{.epoch = position.epoch, .micro_index = micro_index};
  if (options.crop.frames > 0) next.crops = pending.empty() ? crops : pending.back().crops;
  for (int64_t i = begin; i < end; ++i) {
    const int64_t occurrence = order[static_cast<size_t>(i)], index = occurrence % shape.samples;
    const SampleHeader& sample = files.samples[static_cast<size_t>(index)];
    next.occurrences.push_back(occurrence);
    next.reads.push_back({.files = sample.files});
    if (!next.crops || sample.frames <= options.crop.frames) continue;
    const RandomKey key{options.seed, Purpose::crop, micro_step, static_cast<uint64_t>(occurrence)};
    next.reads.back().first_frame = next.crops->draw(options.crop, index, sample.frames, key);
    next.reads.back().frames = options.crop.frames;
  }
  if (computes(micro_index))
    next.batch = std::async(std::launch::async,
                            [reads = next.reads, to = staging, up = upload] { return up.send(read_batch(reads, to)); });
  pending.push_back(std::move(next));
}

/// Micro-batches of an update go round the ranks.
bool Trainer::State::computes(int64_t micro_index) const {
  return team == nullptr || micro_index % options.gradient_accumulation_steps % team->place().ranks == team->place().rank;
}

/// Up to the first that is this rank's, from `micro_index` on. The first batch of the next epoch waits until this epoch has been
/// counted.
void Trainer::State::begin_own_batch(int64_t micro_index) {
  int64_t next = pending.empty() ? micro_index : pending.back().micro_index + 1;
  if (!pending.empty() && computes(pending.back().micro_index)) return;
  for (bool found = false; !found && next < shape.micro_steps_per_epoch; ++next) {
    begin_batch(next);
    found = computes(next);
  }
}

/// What was begun, or else (after a resume) what is read now. From here on the run has seen it, and the next one is begun.
MicroBatch Trainer::State::next_batch(int64_t micro_index) {
  if (pending.empty() || pending.front().epoch != position.epoch || pending.front().micro_index != micro_index) {
    pending.clear();
    begin_batch(micro_index);
  }
  PendingBatch ready = std::move(pending.front());
  pending.pop_front();
  MicroBatch next{micro_index, {}, std::move(ready.occurrences), std::move(ready.reads)};
  if (ready.batch.valid()) next.batch = ready.batch.get();
  if (ready.crops) crops = std::move(*ready.crops);
  begin_own_batch(micro_index + 1);
  return next;
}

bool Trainer::State::adapts(const RandomKey& choice) const {
  return options.timestep.adaptive_ratio > 0 && bernoulli(choice, 2, options.timestep.adaptive_ratio);
}

Draws Trainer::State::draw(const Batch& batch, const std::vector<int64_t>& occurrences, uint64_t micro_step) const {
  Draws draws;
  for (int64_t b = 0; b < batch.size(); ++b) {
    const auto sample = static_cast<uint64_t>(occurrences[static_cast<size_t>(b)]);
    const auto key = [&](Purpose purpose) { return RandomKey{options.seed, purpose, micro_step, sample}; };
    const RandomKey choice = key(Purpose::adaptive_timestep);
    const double t = adapts(choice) ? adaptive.draw(choice) : draw_timestep(options.timestep, key(Purpose::timestep));
    draws.t.push_back(static_cast<float>(t));
    draws.noise_keys.push_back(key(Purpose::noise));
    draws.dropped.push_back(bernoulli(key(Purpose::condition_dropout), 0, options.cfg_dropout) ? 1 : 0);
  }
  return draws;
}

void Trainer::State::note_nonfinite(const std::string& diagnosis, StepReport& report) {
  ++position.nonfinite_in_a_row;
  ++position.nonfinite_total;
  report.diagnosis = diagnosis;
  if (position.nonfinite_in_a_row < options.max_nonfinite_steps) return;
  throw Error("train/nonfinite-loss",
              std::to_string(position.nonfinite_in_a_row) + " micro-batches in a row without a finite loss: " + diagnosis,
              "Lower the learning rate, or check the sample that is named; the last checkpoint is intact.");
}

MicroStep Trainer::State::micro_step(const MicroBatch& micro, const Draws& draws) {
  return {.model = *model,
          .batch = micro.batch,
          .draws = draws,
          .loss = options.loss,
          .pass = {PassContext::Mode::training, options.seed, step_of(micro)},
          .grad_scale = 1 / static_cast<double>(options.gradient_accumulation_steps),
          .kept = memory.recomputation.kept,
          .offload = offload.get(),
          .staging = &numbers,
          .recordings = &recordings};
}

uint64_t Trainer::State::step_of(const MicroBatch& micro) const {
  return static_cast<uint64_t>(position.epoch * shape.micro_steps_per_epoch + micro.index);
}

StepReport Trainer::State::begun_report() const { return {.epoch = position.epoch + 1, .step_in_epoch = position.group + 1}; }

/// What a micro-batch came to goes into the report and into what is drawn and decided from now on.
void Trainer::State::add_outcome(const MicroOutcome& outcome, StepReport& report, int64_t& good) {
  report.timesteps.insert(report.timesteps.end(), outcome.timesteps.begin(), outcome.timesteps.end());
  report.sample_names.insert(report.sample_names.end(), outcome.sample_names.begin(), outcome.sample_names.end());
  report.sample_losses.insert(report.sample_losses.end(), outcome.sample_losses.begin(), outcome.sample_losses.end());
  if (!std::isfinite(outcome.loss)) return note_nonfinite(outcome.diagnosis, report);
  position.nonfinite_in_a_row = 0;
  report.loss += outcome.loss;
  ++good;
  if (options.timestep.adaptive_ratio > 0) adaptive.update(outcome.timesteps, outcome.sample_losses);
}

/// Which sample has no finite loss, and where in the model that shows first.
std::string Trainer::State::diagnose(const MicroBatch& micro, const MicroStep& step, const std::vector<double>& sample_losses) {
  size_t bad = 0;
  while (bad + 1 < sample_losses.size() && std::isfinite(sample_losses[bad])) ++bad;
  return "sample " + micro.batch.names[bad] + ", first bad tensor " + first_nonfinite(step, adapters->parameters(), work());
}

/// A micro-batch whose loss is looked at before its backward pass.
void Trainer::State::run_micro(const MicroBatch& micro, StepReport& report, int64_t& good) {
  stream.throw_if_cancelled();
  const Draws draws = draw(micro.batch, micro.occurrences, step_of(micro));
  const MicroStep step = micro_step(micro, draws);
  const MicroResult result = run_micro_step(step, work());
  MicroOutcome outcome{
      .loss = result.loss, .sample_losses = result.per_sample, .timesteps = draws.t, .sample_names = micro.batch.names};
  if (!std::isfinite(result.loss)) outcome.diagnosis = diagnose(micro, step, result.per_sample);
  add_outcome(outcome, report, good);
}

/// Of a step whose learning rate goes into the report.
Update Trainer::State::next_update(StepReport& report, int64_t good) {
  changing_weights = true;
  report.learning_rate = learning_rate_at(schedule, position.global_step) * target_loss.scale();
  report.target_loss_scale = target_loss.scale();
  const auto whole = static_cast<double>(options.gradient_accumulation_steps);
  const bool mean = options.partial_accumulation == PartialAccumulation::mean;
  return {.adapters = *adapters,
          .optimizer = *optimizer,
          .learning_rate = report.learning_rate,
          .max_grad_norm = options.max_grad_norm,
          .grad_factor = mean ? whole / static_cast<double>(good) : 1};
}

/// With `proceed` the device decides, as it does for the update.
void Trainer::State::update_average(ConstTensor proceed) {
  if (!averages()) return;
  EmaUpdate ema{.averages = {}, .params = {}, .decay = options.ema_decay, .proceed = proceed};
  for (size_t i = 0; i < average.size(); ++i) {
    ema.averages.push_back(average[i].tensor());
    ema.params.push_back(adapters->parameters()[i].value);
  }
  ema_update(ema, stream);
}

void Trainer::State::record_update(const UpdateResult& result, StepReport& report) {
  report.grad_norm = result.grad_norm;
  report.module_norms = result.module_norms;
  if (result.kind == UpdateResult::Kind::skipped) {
    report.kind = StepReport::Kind::skipped;
    return note_nonfinite("gradient of " + result.first_bad, report);
  }
  ++position.global_step;
  // Prodigy sets its own rate: a target loss would fight it.
  if (options.optimizer.type != OptimizerType::prodigy)
    target_loss.update(report.loss, position.global_step);
  else
    report.prodigy_d = optimizer->scalars()[1];
  report.target_loss_smoothed = target_loss.smoothed();
}

int64_t Trainer::State::first_micro() const { return position.group * options.gradient_accumulation_steps; }
int64_t Trainer::State::last_micro() const {
  return std::min(first_micro() + options.gradient_accumulation_steps, shape.micro_steps_per_epoch);
}

/// A step that looks at every loss before it goes on. `next` gives the micro-batches, in order.
StepReport Trainer::State::step_checking_losses(const std::function<MicroBatch(int64_t micro_index)>& next) {
  StepReport report = begun_report();
  int64_t good = 0;
  changing_weights = false;  // whatever was tried before has changed none
  adapters->zero_gradients(stream);
  for (int64_t micro = first_micro(); micro < last_micro(); ++micro) run_micro(next(micro), report, good);
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
  if (result.kind == UpdateResult::Kind::applied) update_average({});
  record_update(result, report);
  return report;
}

/// Tells the device all passes of a step.
QueuedStep Trainer::State::queue_passes(const NextBatch& next) {
  QueuedStep queued{.report = begun_report(), .group = {}, .crops = crops};
  figures->begin();
  adapters->zero_gradients(stream);
  for (int64_t index = first_micro(); index < last_micro(); ++index) {
    stream.throw_if_cancelled();
    MicroBatch micro = next(index);
    const Draws draws = draw(micro.batch, micro.occurrences, step_of(micro));
    MicroStep step = micro_step(micro, draws);
    step.unread = figures->next(micro.batch.size());
    run_micro_step(step, work());
    queued.report.timesteps.insert(queued.report.timesteps.end(), draws.t.begin(), draws.t.end());
    queued.report.sample_names.insert(queued.report.sample_names.end(), micro.batch.names.begin(), micro.batch.names.end());
    micro.batch = {};
    queued.group.push_back(std::move(micro));
  }
  queued.crops = crops;
  return queued;
}

/// A micro-batch that has been queued before, with its tensors.
MicroBatch Trainer::State::read_again(const MicroBatch& micro) {
  MicroBatch again = micro;
  again.batch = read_batch(again.reads, staging);
  return again;
}

/// Whether the next step follows in this epoch: between epochs crops change and callers validate and save.
bool Trainer::State::has_next_step() const {
  const bool last = options.max_steps > 0 && position.global_step + 1 >= options.max_steps;
  return position.group + 1 < shape.steps_per_epoch && !last;
}

/// The next step's passes, while the card still computes this one: it need not wait for whoever reads this one's report. They
/// change nothing but gradients, so a run that ends here has lost nothing. What goes wrong is left for the step itself, in which
/// it goes wrong again: this one is done, and its report must not be lost.
void Trainer::State::queue_next_step(const NextBatch& next) {
  if (!has_next_step()) return;
  const CropSampler before = crops;
  ++position.group;
  try {
    queued_next = queue_passes(next);
  } catch (const std::exception&) {
    queued_next.reset();
  }
  --position.group;
  crops = before;
}

/// For whoever uses the device between steps, and counts on its being idle.
void Trainer::State::wait_for_device() { stream.synchronize(); }

Trainer::State::~State() {
  try {
    wait_for_device();
  } catch (const std::exception&) {  // a card that fails has said so, or nobody asks any more
  }
}

/// A step that a card is told as a whole, update included, and that is read once, when the next one's passes have been queued
/// behind it. If a loss turns out to be no finite number the card has changed nothing but gradients, and the step is taken again
/// with care, and so are the passes of the next: that is rare, and looking always costs a pause in every step.
StepReport Trainer::State::step_queued() {
  stream.throw_if_cancelled();
  const auto fresh = [this](int64_t index) { return next_batch(index); };
  QueuedStep queued = queued_next ? std::move(*queued_next) : queue_passes(fresh);
  queued_next.reset();
  crops = std::move(queued.crops);
  StepReport report = std::move(queued.report);
  const std::vector<double> counters = optimizer->scalars();
  const auto count = static_cast<int64_t>(queued.group.size());
  const Update update = next_update(report, count);
  queue_update(update, *figures, work());
  update_average(figures->proceed());
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
      return [this, &group](int64_t index) { return read_again(group[static_cast<size_t>(index - first_micro())]); };
    };
    StepReport careful = step_checking_losses(group_of(queued.group));
    if (in_vain) queue_next_step(group_of(in_vain->group));
    if (queued_next) queued_next->crops = in_vain->crops;
    return careful;
  }
  position.nonfinite_in_a_row = 0;
  report.loss /= static_cast<double>(count);
  const UpdateResult result = judge(update, read.norms);
  if (result.kind == UpdateResult::Kind::skipped) optimizer->set_scalars(counters);
  record_update(result, report);
  return report;
}

/// On the CPU looking costs nothing. Adaptive timesteps follow every loss, Prodigy finds its rate on the host, and a bench
/// that times every op waits anyway.
bool Trainer::State::queues_steps() const {
  return stream.device().kind == DeviceKind::cuda && stream.tally() == nullptr && options.timestep.adaptive_ratio == 0 &&
         !optimizer->waits();
}

void Trainer::State::advance(StepReport& report) {
  report.global_step = position.global_step;
  report.nonfinite_total = position.nonfinite_total;
  if (report.kind == StepReport::Kind::applied) {
    position.epoch_loss_sum += report.loss;
    ++position.epoch_updates;
  }
  if (++position.group < shape.steps_per_epoch) return;
  report.epoch_finished = true;
  report.epoch_loss = position.epoch_loss_sum / static_cast<double>(std::max<int64_t>(1, position.epoch_updates));
  ++position.epoch;
  position.group = position.epoch_updates = 0;
  position.epoch_loss_sum = 0;
  order.clear();
  const int64_t decay = options.crop.decay_every_epochs;
  if (decay > 0 && position.epoch % decay == 0) crops.halve();
  if (position.epoch == options.epochs) return;
  begin_epoch();
  begin_own_batch(0);  // read while the caller validates and saves
}

StepReport Trainer::State::step() {
  begin_epoch();
  changing_weights = false;
  const auto taken = [this] {
    if (team) return step_with_ranks();
    return queues_steps() ? step_queued() : step_checking_losses([this](int64_t micro_index) { return next_batch(micro_index); });
  };
  StepReport report = taken();
  advance(report);
  return report;
}

StepReport Trainer::step() {
  State& s = *state_;
  if (finished()) throw Error("train/finished", "The run has done all its steps", "Raise epochs to go on.");
  if (s.team) s.lead(Team::Command::step);
  return s.step_within_memory();
}

}  // namespace sidestep
