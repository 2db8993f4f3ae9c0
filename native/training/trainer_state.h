#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/adapter_set.h"
#include "models/dit.h"
#include "training/batch_source.h"
#include "training/run.h"
#include "training/run_memory.h"
#include "training/run_progress.h"
#include "training/staging.h"
#include "training/step_figures.h"
#include "training/team.h"
#include "training/trainer.h"
#include "training/update.h"
#include "training/weight_average.h"

namespace sidestep {

/// A tensor of a device with the name it is saved under.
struct NamedDeviceTensor {
  std::string name;
  Tensor tensor;
};

/// A step whose passes have been queued on a card, before its update.
struct QueuedStep {
  StepReport report;
  std::vector<MicroBatch> group;  ///< without their tensors, which are on their way out
  CropSampler crops;              ///< as it is once the step is taken
};

/// The parts of a run, and how a step goes through them.
struct Trainer::State {
  State(const TrainerSetup& setup, Stream& device_stream);
  ~State();

  Workspace work() { return {memory.arena(), stream}; }
  const TrainOptions& options() const { return run.options; }
  void wait_for_device() { stream.synchronize(); }

  // A step: trainer_step.cpp, trainer_shortage.cpp.
  using NextBatch = std::function<MicroBatch(int64_t micro_index)>;
  StepReport step_within_memory();
  StepReport step();
  StepReport step_checking_losses(const NextBatch& next);
  void run_micro(const MicroBatch& micro, StepReport& report, int64_t& good);
  MicroStep micro_step(const MicroBatch& micro, const Draws& draws);
  std::string diagnose(const MicroBatch& micro, const MicroStep& step, const std::vector<double>& sample_losses);
  Update next_update(StepReport& report, int64_t good);
  StepReport finish_step(StepReport report, int64_t good);
  void end_step(StepReport& report);

  // One that is queued as a whole.
  bool queues_steps() const;
  StepReport step_queued();
  QueuedStep queue_passes(const NextBatch& next);
  void queue_next_step(const NextBatch& next);

  // One that ranks share: trainer_together.cpp.
  StepReport step_with_ranks();
  MicroStep run_within_memory(const MicroBatch& micro, const Draws& draws,
                              const std::function<void(const MicroResult&)>& on_loss);
  void compute_share(MicroBatch& micro, StepReport& report, int64_t& good);
  void add_outcomes(int64_t before, StepReport& report, int64_t& good);
  void lead(Team::Command command);
  void send_state();
  void receive_state();
  std::string identity() const;

  double validate_once(const Sample& sample, int64_t index, size_t timestep, int64_t draw);
  std::vector<double> validation_losses();
  ValidationReport validate();

  // What a checkpoint holds, and what rank 0 sends the others.
  std::vector<NamedDeviceTensor> saved_tensors() const;
  std::vector<NamedNumbers> saved_numbers() const;
  void set_numbers(const std::function<std::vector<double>(const std::string& name)>& read);

  void take_memory();

  Stream& stream;
  Run run;
  std::unique_ptr<Dit> model;
  std::unique_ptr<AdapterSet> adapters;
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<ActivationOffload> offload;  ///< null where inputs stay on the device
  std::unique_ptr<StepFigures> figures;
  std::unique_ptr<WeightAverage> average;
  RunMemory memory;  ///< after the model and the adapters, whose addresses its recordings know
  RunProgress progress;
  BatchSource batches;
  Staging numbers;  ///< for the steps' own: a few bytes must not be lent a batch's memory
  TensorMap biases;
  std::shared_ptr<WeightFiles> bias_source;  ///< keeps `biases` mapped
  std::optional<QueuedStep> queued_next;     ///< the step after the one reported last, where its passes are queued already
  bool changing_weights = false;             ///< an update is under way: this step cannot be taken again
  bool gradients_are_zero = false;           ///< as the last update on the device left them
  bool others_know = false;                  ///< whether the other ranks have this run's state
  std::unique_ptr<Team> team;                ///< null where the run has this rank alone; knows the adapters
};

}  // namespace sidestep
