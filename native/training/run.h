#pragma once
#include <vector>

#include "sampling/generation_plan.h"
#include "training/dataset.h"
#include "training/memory_plan.h"
#include "training/options.h"
#include "training/trainer.h"

namespace sidestep {

/// The files a run trains on, described.
struct RunFiles {
  DitConfig model;
  std::vector<SampleHeader> samples, validation;
};
/// Throws what opening the files throws; train/no-samples.
RunFiles read_run_files(const TrainerSetup& setup);

/// How many steps so many samples give; the longest sample is left out. Throws train/zero-steps.
RunShape counted_steps(const TrainOptions& options, int64_t samples);

/// What a run is, before it takes any memory.
struct Run {
  /// Throws what reading the options throws; train/zero-steps.
  Run(const TrainerSetup& run_setup, const RunFiles& run_files);

  TrainerSetup setup;
  RunFiles files;
  TrainOptions options;
  RunShape shape;

  Schedule schedule() const;
  /// What decides the memory of a step, but for clips between steps and what is kept of activations.
  PlanRequest plan_request() const;
  /// Of the run, and of clips between its steps.
  MemoryPlan memory_plan() const;
};

GenerationRequest clip_request(const PlanRequest& run, int64_t frames, int64_t tokens, Halves halves);

}  // namespace sidestep
