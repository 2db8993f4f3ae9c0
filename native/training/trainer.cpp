#include "training/trainer.h"

#include <algorithm>

#include "core/error.h"
#include "ops/elementwise.h"
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

Error no_samples() { return {"train/no-samples", "There are no samples to train on", "Did preprocessing skip them all?"}; }

int64_t cropped(int64_t frames, const CropOptions& crop) { return crop.frames > 0 ? std::min(frames, crop.frames) : frames; }

}  // namespace

RunFiles read_run_files(const TrainerSetup& setup) {
  RunFiles files{dit_config(read_config(setup.model_folder)), {}, {}};
  for (const SampleFiles& sample : setup.samples) files.samples.push_back(read_sample_header(sample, files.model));
  for (const SampleFiles& sample : setup.validation_samples) files.validation.push_back(read_sample_header(sample, files.model));
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
          .device = setup.device,
          .stored = kept_dtype(setup.model_folder, "decoder.", setup.compute_dtype, setup.device),
          .adapter = o.adapter,
          .optimizer = o.optimizer,
          .average = o.ema_decay > 0 ? Average::ema : Average::none,
          .loss = o.loss,
          .batch_size = std::min(o.batch_size, shape.samples * o.dataset_repeats),
          .frames = shape.longest_frames,
          .tokens = shape.longest_tokens,
          .kept_inputs = o.kept_inputs};
}

MemoryPlan run_memory(const TrainerSetup& setup, const TrainOptions& options, PlanRequest request) {
  if (setup.longest_clip) {
    const auto [frames, tokens, guided] = *setup.longest_clip;
    request.clip_bytes =
        plan_generation(clip_request(request, frames, tokens, guided ? Halves::both : Halves::conditional)).arena_bytes;
  }
  const std::optional<size_t> limit = setup.memory_limit_bytes;
  if (setup.streamed_layers)
    request.streamed_layers = *setup.streamed_layers;
  else if (limit)
    request.streamed_layers = choose_streamed(request, keeping_budget(*limit, setup.device));
  if (!options.recomputed_share && limit) return plan_within(request, keeping_budget(*limit, setup.device));
  request.kept = recompute_share(request.model.stack.num_layers(), options.recomputed_share.value_or(0));
  return plan_memory(request);
}

namespace {

PlannedRun plan_run(const TrainerSetup& setup, const RunFiles& files) {
  const TrainOptions options = train_options_from_json(setup.options, files.model);
  const RunShape shape = run_shape(options, files);
  return {shape, run_memory(setup, options, plan_request(setup, options, files, shape))};
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
      memory(run_memory(setup, options, plan_request(setup, options, files, shape))),
      schedule(make_schedule(options, shape)),
      crops(shape.samples),
      target_loss(options.target_loss, schedule.warmup()),
      staging(stream.device()),
      numbers(stream.device()),
      upload(stream.device(), memory.batch_bytes / BatchUpload::kBatches) {
  const WeightFiles weights = WeightFiles::open(setup.model_folder);
  setup.streamed_layers = memory.streamed_layers;  // whatever is planned anew while the run goes on
  model = std::make_unique<Dit>(files.model,
                                Weights::from_files(weights, "", setup.compute_dtype, stream).keeping(options.base_precision),
                                NullCondition::load, files.model.stack.num_layers() - memory.streamed_layers);
  model->reserve(std::max(shape.longest_frames, setup.longest_clip ? setup.longest_clip->frames : 0), stream);
  for (const std::string& name : weights.names()) {
    if (!name.starts_with("decoder.") || !name.ends_with(".bias")) continue;
    biases[name.substr(std::string("decoder.").size())] = weights.tensor(name);
  }
  bias_source = std::make_shared<WeightFiles>(weights);
  adapters = std::make_unique<AdapterSet>(*model, options.adapter);
  take_memory();
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

}  // namespace sidestep
