#include "training/trainer.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "ops/elementwise.h"
#include "ops/optimizer.h"
#include "training/trainer_state.h"

namespace sidestep {

namespace {

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

Schedule make_schedule(const TrainOptions& o, const RunShape& shape) {
  Schedule s{.type = o.schedule.type,
             .learning_rate = o.optimizer.learning_rate,
             .total_steps = shape.total_steps,
             .warmup_steps = o.schedule.warmup_steps,
             .warmup_start_factor = o.schedule.warmup_start_factor,
             .floor_factor = o.schedule.floor_factor,
             .n_restarts = o.schedule.n_restarts,
             .steps_per_epoch = shape.steps_per_epoch,
             .epochs = o.epochs};
  if (s.type == Schedule::Type::custom) s.formula = parse_schedule_formula(o.schedule.formula);
  return schedule_for_optimizer(s, o.optimizer.type);
}

Error no_samples() {
  return {"train/no-samples", "There are no samples to train on", "Did preprocessing skip them all?"};
}

int64_t cropped(int64_t frames, const CropOptions& crop) {
  return crop.frames > 0 ? std::min(frames, crop.frames) : frames;
}

}  // namespace

RunFiles read_run_files(const TrainerSetup& setup) {
  RunFiles files{dit_config(read_config(setup.model_folder)), {}, {}};
  for (const SampleFiles& sample : setup.samples) files.samples.push_back(read_sample_header(sample, files.model));
  for (const SampleFiles& sample : setup.validation_samples)
    files.validation.push_back(read_sample_header(sample, files.model));
  if (files.samples.empty()) throw no_samples();
  return files;
}

RunShape run_shape(const TrainOptions& o, const RunFiles& files) {
  RunShape shape{.samples = static_cast<int64_t>(files.samples.size())};
  shape.micro_steps_per_epoch = divide_up(shape.samples * o.dataset_repeats, o.batch_size);
  shape.steps_per_epoch = divide_up(shape.micro_steps_per_epoch, o.gradient_accumulation_steps);
  shape.total_steps = shape.steps_per_epoch * o.epochs;
  if (o.max_steps > 0) shape.total_steps = std::min(shape.total_steps, o.max_steps);
  if (shape.total_steps < 1) throw Error("train/zero-steps", "The run has no steps", "Raise epochs or max_steps.");
  for (const auto* list : {&files.samples, &files.validation}) {
    for (const SampleHeader& s : *list) {
      shape.longest_frames = std::max(shape.longest_frames, cropped(s.frames, o.crop));
      shape.longest_tokens = std::max(shape.longest_tokens, s.tokens);
    }
  }
  return shape;
}

PlanRequest plan_request(const TrainerSetup& setup, const TrainOptions& o, const RunFiles& files, const RunShape& shape) {
  return {.model = files.model,
          .compute_dtype = setup.compute_dtype,
          .base = o.base_precision,
          .stored = kept_dtype(setup.model_folder, "decoder.", setup.compute_dtype, setup.device),
          .adapter = o.adapter,
          .optimizer = o.optimizer,
          .average = o.ema_decay > 0 ? Average::ema : Average::none,
          .loss = o.loss,
          .batch_size = std::min(o.batch_size, shape.samples * o.dataset_repeats),
          .frames = shape.longest_frames,
          .tokens = shape.longest_tokens,
          .gradient_checkpointing = o.gradient_checkpointing};
}

namespace {

PlannedRun plan_run(const TrainerSetup& setup, const RunFiles& files) {
  const TrainOptions options = train_options_from_json(setup.options, files.model);
  const RunShape shape = run_shape(options, files);
  return {shape, plan_memory(plan_request(setup, options, files, shape))};
}

}  // namespace

PlannedRun plan_training(const TrainerSetup& setup) { return plan_run(setup, read_run_files(setup)); }

PlannedRun plan_training(const TrainerSetup& setup, const SampleLengths& lengths) {
  if (lengths.samples < 1) throw no_samples();
  const SampleHeader longest{.files = {}, .frames = lengths.frames, .tokens = lengths.tokens};
  const std::vector<SampleHeader> samples(static_cast<size_t>(lengths.samples), longest);
  return plan_run(setup, {dit_config(read_config(setup.model_folder)), samples, {}});
}

namespace {

TrainerSetup on_device(TrainerSetup setup, DeviceKind device) {
  setup.device = device;
  return setup;
}

}  // namespace

Trainer::State::State(const TrainerSetup& run_setup, Stream& device_stream)
    : setup(on_device(run_setup, device_stream.device().kind)),
      stream(device_stream),
      files(read_run_files(setup)),
      options(train_options_from_json(setup.options, files.model)),
      shape(run_shape(options, files)),
      memory(plan_memory(plan_request(setup, options, files, shape))),
      schedule(make_schedule(options, shape)),
      crops(shape.samples),
      target_loss(options.target_loss, schedule.warmup()),
      staging(stream.device()) {
  const WeightFiles weights = WeightFiles::open(setup.model_folder);
  model = std::make_unique<Dit>(files.model, Weights::from_files(weights, "", setup.compute_dtype, stream).keeping(options.base_precision));
  model->reserve(shape.longest_frames, stream);
  for (const std::string& name : weights.names()) {
    if (!name.starts_with("decoder.") || !name.ends_with(".bias")) continue;
    biases[name.substr(std::string("decoder.").size())] = weights.tensor(name);
  }
  bias_source = std::make_shared<WeightFiles>(weights);
  adapters = std::make_unique<AdapterSet>(*model, options.adapter);
  arena = std::make_unique<Arena>(stream.device(), memory.arena_bytes);
  adapters->initialise(options.seed, work());
  adapters->refresh(work());
  optimizer = make_optimizer(options.optimizer, adapters->parameters(), stream);
  if (!averages()) return;
  for (const Parameter& p : adapters->parameters()) {
    average.emplace_back(DType::f32, p.value.shape(), stream.device());
    copy({p.value, average.back().tensor()}, stream);
  }
}

void Trainer::State::begin_epoch() {
  if (!order.empty()) return;
  order = epoch_order(shape.samples * options.dataset_repeats, options.shuffle, options.seed, position.epoch);
}

void Trainer::State::begin_batch(int64_t micro_index) {
  const int64_t begin = micro_index * options.batch_size;
  const int64_t end = std::min(begin + options.batch_size, static_cast<int64_t>(order.size()));
  const auto micro_step = static_cast<uint64_t>(position.epoch * shape.micro_steps_per_epoch + micro_index);
  PendingBatch next{.epoch = position.epoch, .micro_index = micro_index};
  if (options.crop.frames > 0) next.crops = crops;
  std::vector<SampleRead> reads;
  for (int64_t i = begin; i < end; ++i) {
    const int64_t occurrence = order[static_cast<size_t>(i)], index = occurrence % shape.samples;
    const SampleHeader& sample = files.samples[static_cast<size_t>(index)];
    next.occurrences.push_back(occurrence);
    reads.push_back({.files = sample.files});
    if (!next.crops || sample.frames <= options.crop.frames) continue;
    const RandomKey key{options.seed, Purpose::crop, micro_step, static_cast<uint64_t>(occurrence)};
    reads.back().first_frame = next.crops->draw(options.crop, index, sample.frames, key);
    reads.back().frames = options.crop.frames;
  }
  next.batch = std::async(std::launch::async, [reads = std::move(reads), to = staging] { return read_batch(reads, to); });
  pending = std::move(next);
}

/// While `micro_index` is computed. The first batch of the next epoch waits until this epoch has been counted.
void Trainer::State::begin_next_batch(int64_t micro_index) {
  if (micro_index + 1 < shape.micro_steps_per_epoch) begin_batch(micro_index + 1);
}

/// What was begun, or else (after a resume) what is read now. From here on the run has seen it.
Batch Trainer::State::take_batch(int64_t micro_index, std::vector<int64_t>& occurrences) {
  if (!pending || pending->epoch != position.epoch || pending->micro_index != micro_index) begin_batch(micro_index);
  PendingBatch ready = std::move(*pending);
  pending.reset();
  Batch batch = ready.batch.get();
  if (ready.crops) crops = std::move(*ready.crops);
  occurrences = std::move(ready.occurrences);
  return batch;
}

Draws Trainer::State::draw(const Batch& batch, const std::vector<int64_t>& occurrences, uint64_t micro_step) const {
  Draws draws;
  for (int64_t b = 0; b < batch.size(); ++b) {
    const auto sample = static_cast<uint64_t>(occurrences[static_cast<size_t>(b)]);
    const auto key = [&](Purpose purpose) { return RandomKey{options.seed, purpose, micro_step, sample}; };
    const RandomKey choice = key(Purpose::adaptive_timestep);
    const bool adapts = options.timestep.adaptive_ratio > 0 && bernoulli(choice, 2, options.timestep.adaptive_ratio);
    const double t = adapts ? adaptive.draw(choice) : draw_timestep(options.timestep, key(Purpose::timestep));
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

void Trainer::State::run_micro(int64_t micro_index, StepReport& report, int64_t& good) {
  stream.throw_if_cancelled();
  std::vector<int64_t> occurrences;
  const Batch batch = take_batch(micro_index, occurrences);  // held until the loss is read, which waits for its upload
  begin_next_batch(micro_index);
  const auto micro_step = static_cast<uint64_t>(position.epoch * shape.micro_steps_per_epoch + micro_index);
  const Draws draws = draw(batch, occurrences, micro_step);
  const MicroStep step{.model = *model,
                       .batch = batch,
                       .draws = draws,
                       .loss = options.loss,
                       .pass = {PassContext::Mode::training, options.seed, micro_step},
                       .grad_scale = 1 / static_cast<double>(options.gradient_accumulation_steps),
                       .gradient_checkpointing = options.gradient_checkpointing,
                       .recordings = &recordings};
  const MicroResult result = run_micro_step(step, work());
  report.timesteps.insert(report.timesteps.end(), draws.t.begin(), draws.t.end());
  report.sample_losses.insert(report.sample_losses.end(), result.per_sample.begin(), result.per_sample.end());
  report.sample_names.insert(report.sample_names.end(), batch.names.begin(), batch.names.end());
  if (std::isfinite(result.loss)) {
    position.nonfinite_in_a_row = 0;
    report.loss += result.loss;
    ++good;
    if (options.timestep.adaptive_ratio > 0) adaptive.update(draws.t, result.per_sample);
    return;
  }
  size_t bad = 0;
  while (bad + 1 < result.per_sample.size() && std::isfinite(result.per_sample[bad])) ++bad;
  note_nonfinite("sample " + batch.names[bad] + ", first bad tensor " +
                     first_nonfinite(step, adapters->parameters(), work()),
                 report);
}

void Trainer::State::update_weights(StepReport& report, int64_t good) {
  report.learning_rate = learning_rate_at(schedule, position.global_step) * target_loss.scale();
  report.target_loss_scale = target_loss.scale();
  const auto whole = static_cast<double>(options.gradient_accumulation_steps);
  const bool mean = options.partial_accumulation == PartialAccumulation::mean;
  const UpdateResult result = apply_update({.adapters = *adapters,
                                            .optimizer = *optimizer,
                                            .learning_rate = report.learning_rate,
                                            .max_grad_norm = options.max_grad_norm,
                                            .grad_factor = mean ? whole / static_cast<double>(good) : 1},
                                           work());
  report.grad_norm = result.grad_norm;
  report.module_norms = result.module_norms;
  if (result.kind == UpdateResult::Kind::skipped) {
    report.kind = StepReport::Kind::skipped;
    return note_nonfinite("gradient of " + result.first_bad, report);
  }
  ++position.global_step;
  if (averages()) {
    EmaUpdate ema{.averages = {}, .params = {}, .decay = options.ema_decay};
    for (size_t i = 0; i < average.size(); ++i) {
      ema.averages.push_back(average[i].tensor());
      ema.params.push_back(adapters->parameters()[i].value);
    }
    ema_update(ema, stream);
  }
  // Prodigy sets its own rate: a target loss would fight it.
  if (options.optimizer.type != OptimizerType::prodigy) target_loss.update(report.loss, position.global_step);
  else report.prodigy_d = optimizer->scalars()[1];
}

void Trainer::State::run_group(StepReport& report, int64_t& good) {
  const int64_t first = position.group * options.gradient_accumulation_steps;
  const int64_t last = std::min(first + options.gradient_accumulation_steps, shape.micro_steps_per_epoch);
  adapters->zero_gradients(stream);
  for (int64_t micro = first; micro < last; ++micro) run_micro(micro, report, good);
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
  begin_batch(0);  // read while the caller validates and saves
}

Trainer::Trainer(const TrainerSetup& setup, Stream& stream) : state_(std::make_unique<State>(setup, stream)) {}
Trainer::~Trainer() = default;

const TrainOptions& Trainer::options() const { return state_->options; }
const RunShape& Trainer::shape() const { return state_->shape; }
const MemoryPlan& Trainer::memory() const { return state_->memory; }
int64_t Trainer::global_step() const { return state_->position.global_step; }

std::vector<std::string> Trainer::modules() const {
  std::vector<std::string> names;
  for (const AdapterSet::Module& module : state_->adapters->modules()) names.push_back(module.name);
  return names;
}

bool Trainer::finished() const {
  const bool steps = state_->options.max_steps > 0 && state_->position.global_step >= state_->options.max_steps;
  return steps || state_->position.epoch >= state_->options.epochs;
}

StepReport Trainer::step() {
  State& s = *state_;
  if (finished()) throw Error("train/finished", "The run has done all its steps", "Raise epochs to go on.");
  s.begin_epoch();
  StepReport report{.epoch = s.position.epoch + 1, .step_in_epoch = s.position.group + 1};
  int64_t good = 0;
  s.run_group(report, good);
  if (good == 0) {
    report.kind = StepReport::Kind::skipped;
  } else {
    report.loss /= static_cast<double>(good);
    s.update_weights(report, good);
  }
  s.advance(report);
  return report;
}

}  // namespace sidestep
