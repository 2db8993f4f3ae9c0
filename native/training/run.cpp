#include "training/run.h"

#include <algorithm>

#include "core/error.h"
#include "training/run_schedule.h"

namespace sidestep {

namespace {

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

Error no_samples() { return {"train/no-samples", "There are no samples to train on", "Did preprocessing skip them all?"}; }

int64_t cropped(int64_t frames, const CropOptions& crop) { return crop.frames > 0 ? std::min(frames, crop.frames) : frames; }

RunShape shape_of(const TrainOptions& o, const RunFiles& files) {
  RunShape shape = counted_steps(o, static_cast<int64_t>(files.samples.size()));
  for (const auto* list : {&files.samples, &files.validation}) {
    for (const SampleHeader& s : *list) {
      shape.longest_frames = std::max(shape.longest_frames, cropped(s.frames, o.crop));
      shape.longest_tokens = std::max(shape.longest_tokens, s.tokens);
    }
  }
  return shape;
}

}  // namespace

RunShape counted_steps(const TrainOptions& options, int64_t samples) {
  RunShape shape{.samples = samples};
  shape.micro_steps_per_epoch = divide_up(samples * options.dataset_repeats, options.batch_size);
  shape.steps_per_epoch = divide_up(shape.micro_steps_per_epoch, options.gradient_accumulation_steps);
  shape.total_steps = shape.steps_per_epoch * options.epochs;
  if (options.max_steps > 0) shape.total_steps = std::min(shape.total_steps, options.max_steps);
  if (shape.total_steps < 1) throw Error("train/zero-steps", "The run has no steps", "Raise epochs or max_steps.");
  return shape;
}

RunFiles read_run_files(const TrainerSetup& setup) {
  RunFiles files{dit_config(read_config(setup.model_folder)), {}, {}};
  for (const SampleFiles& sample : setup.samples) files.samples.push_back(read_sample_header(sample, files.model));
  for (const SampleFiles& sample : setup.validation_samples) files.validation.push_back(read_sample_header(sample, files.model));
  if (files.samples.empty()) throw no_samples();
  return files;
}

Run::Run(const TrainerSetup& run_setup, const RunFiles& run_files)
    : setup(run_setup),
      files(run_files),
      options(train_options_from_json(setup.options, files.model)),
      shape(shape_of(options, files)) {}

Schedule Run::schedule() const { return schedule_of(options, shape.total_steps, shape.steps_per_epoch); }

PlanRequest Run::plan_request() const {
  return {.model = files.model,
          .compute_dtype = setup.compute_dtype,
          .base = options.base_precision,
          .device = setup.device,
          .stored = kept_dtype(setup.model_folder, "decoder.", setup.compute_dtype, setup.device),
          .adapter = options.adapter,
          .optimizer = options.optimizer,
          .average = options.ema_decay > 0 ? Average::ema : Average::none,
          .loss = options.loss,
          .batch_size = std::min(options.batch_size, shape.samples * options.dataset_repeats),
          .frames = shape.longest_frames,
          .tokens = shape.longest_tokens,
          .kept_inputs = options.kept_inputs,
          .ranks = setup.ranks};
}

MemoryPlan Run::memory_plan() const {
  PlanRequest request = plan_request();
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

PlannedRun plan_training(const TrainerSetup& setup) {
  const Run run(setup, read_run_files(setup));
  return {run.shape, run.memory_plan()};
}

PlannedRun plan_training(const TrainerSetup& setup, const SampleLengths& lengths) {
  if (lengths.samples < 1) throw no_samples();
  const SampleHeader longest{.files = {}, .frames = lengths.frames, .tokens = lengths.tokens};
  const std::vector<SampleHeader> samples(static_cast<size_t>(lengths.samples), longest);
  const Run run(setup, {dit_config(read_config(setup.model_folder)), samples, {}});
  return {run.shape, run.memory_plan()};
}

}  // namespace sidestep
