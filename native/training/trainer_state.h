#pragma once
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/adapter_set.h"
#include "core/relief.h"
#include "models/dit.h"
#include "sampling/generation_plan.h"
#include "training/batch_upload.h"
#include "training/dataset.h"
#include "training/staging.h"
#include "training/target_loss.h"
#include "training/team.h"
#include "training/trainer.h"
#include "training/update.h"

namespace sidestep {

/// Where a run is. Everything random follows from it.
struct RunPosition {
  int64_t global_step = 0;
  int64_t epoch = 0;  ///< from 0
  int64_t group = 0;  ///< updates attempted in this epoch
  int64_t nonfinite_in_a_row = 0;
  int64_t nonfinite_total = 0;
  double epoch_loss_sum = 0;
  int64_t epoch_updates = 0;
};

/// The files a run trains on, described.
struct RunFiles {
  DitConfig model;
  std::vector<SampleHeader> samples, validation;
};
RunFiles read_run_files(const TrainerSetup& setup);
RunShape run_shape(const TrainOptions& options, const RunFiles& files);
PlanRequest plan_request(const TrainerSetup& setup, const TrainOptions& options, const RunFiles& files, const RunShape& shape);

/// Of the run, and of clips between its steps.
MemoryPlan run_memory(const TrainerSetup& setup, const TrainOptions& options, PlanRequest request);
GenerationRequest clip_request(const PlanRequest& run, int64_t frames, int64_t tokens, Halves halves);

/// A micro-batch that is being read while the one before it is computed; of one that another rank computes only what is drawn for
/// it. Nothing of the run's state has changed for it yet.
struct PendingBatch {
  int64_t epoch = 0, micro_index = 0;
  std::vector<int64_t> occurrences;  ///< places in the epoch's visit of the dataset, repeats included
  std::vector<SampleRead> reads;
  std::optional<CropSampler> crops;  ///< as it will be once the batch is taken; empty without cropping
  std::future<Batch> batch;          ///< none where another rank computes it
};

/// One micro-batch of a step.
struct MicroBatch {
  int64_t index = 0;  ///< in its epoch
  Batch batch;
  std::vector<int64_t> occurrences;
  std::vector<SampleRead> reads;  ///< what gives the same batch again
};

/// A tensor of a device, or numbers of the host, with the name they are saved under.
struct NamedDeviceTensor {
  std::string name;
  Tensor tensor;
};
struct NamedNumbers {
  std::string name;
  std::vector<double> values;
};

/// A step whose passes a card has been told, before its update.
struct QueuedStep {
  StepReport report;
  std::vector<MicroBatch> group;  ///< without their tensors, which are on their way out
  CropSampler crops;              ///< as it is once the step is taken
};

struct Trainer::State {
  State(const TrainerSetup& setup, Stream& device_stream);
  ~State();

  Workspace work() { return {*arena, stream}; }

  // One update, in the order it happens.
  void begin_epoch();
  void begin_batch(int64_t micro_index);
  void begin_own_batch(int64_t micro_index);
  MicroBatch next_batch(int64_t micro_index);
  uint64_t step_of(const MicroBatch& micro) const;
  Draws draw(const Batch& batch, const std::vector<int64_t>& occurrences, uint64_t micro_step) const;
  MicroStep micro_step(const MicroBatch& micro, const Draws& draws);
  int64_t first_micro() const;
  int64_t last_micro() const;
  bool queues_steps() const;
  StepReport step_queued();
  StepReport step_checking_losses(const std::function<MicroBatch(int64_t micro_index)>& next);
  StepReport step_with_ranks();
  void compute_share(MicroBatch& micro, StepReport& report, int64_t& good);
  void add_outcomes(int64_t before, StepReport& report, int64_t& good);
  void add_outcome(const MicroOutcome& outcome, StepReport& report, int64_t& good);
  bool adapts(const MicroBatch& micro) const;
  bool adapts(const RandomKey& choice) const;
  std::string diagnose(const MicroBatch& micro, const MicroStep& step, const std::vector<double>& sample_losses);
  StepReport begun_report() const;
  StepReport finish_step(StepReport report, int64_t good);
  using NextBatch = std::function<MicroBatch(int64_t micro_index)>;
  QueuedStep queue_passes(const NextBatch& next);
  MicroBatch read_again(const MicroBatch& micro);
  bool has_next_step() const;
  void queue_next_step(const NextBatch& next);
  void wait_for_device();
  StepReport step();
  bool computes(int64_t micro_index) const;
  void run_micro(const MicroBatch& micro, StepReport& report, int64_t& good);
  void note_nonfinite(const std::string& diagnosis, StepReport& report);
  Update next_update(StepReport& report, int64_t good);
  void update_average(ConstTensor proceed);
  void record_update(const UpdateResult& result, StepReport& report);
  void advance(StepReport& report);

  // Weights of the average in place of the raw ones, and back.
  void use_average();
  void use_raw();
  bool averages() const { return options.ema_decay > 0; }

  // A card that runs short of memory: trainer_shortage.cpp.
  void take_memory();
  void take_arena();
  void take_reserve_if_free();
  void take_rest();
  bool plan_less();
  bool keep_less();
  bool give_back();
  ReliefScope relief();
  void end_shortage();
  StepReport step_within_memory();

  Storage generate_clip(const GenerateJob& job, size_t arena_bytes);
  double validate_once(const Sample& sample, int64_t index, size_t timestep, int64_t draw);
  std::vector<double> validation_losses();
  ValidationReport validate();

  // What a checkpoint holds, and what rank 0 tells the others.
  std::vector<NamedDeviceTensor> saved_tensors() const;
  std::vector<NamedNumbers> saved_numbers() const;
  void set_numbers(const std::function<std::vector<double>(const std::string& name)>& read);
  std::string identity() const;
  void lead(Team::Command command);
  void send_state();
  void receive_state();

  TrainerSetup setup;
  Stream& stream;
  RunFiles files;
  TrainOptions options;
  RunShape shape;
  MemoryPlan memory;
  std::unique_ptr<Dit> model;
  std::unique_ptr<AdapterSet> adapters;
  std::unique_ptr<Arena> arena;
  std::shared_ptr<void> reserve;  ///< memory of a card for what was not foreseen; null where there is none
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<ActivationOffload> offload;  ///< null where inputs stay on the device
  std::unique_ptr<StepFigures> figures;
  StepRecordings recordings;  ///< after the model, the adapters and the arena: it knows their addresses
  Schedule schedule;
  std::vector<Storage> average, raw_backup;
  CropSampler crops;
  AdaptiveTimesteps adaptive;
  TargetLoss target_loss;
  TensorMap biases;
  std::shared_ptr<WeightFiles> bias_source;  ///< keeps `biases` mapped
  RunPosition position;
  std::vector<int64_t> order;  ///< of position.epoch, once a batch of it has been begun
  Staging staging;             ///< for batches
  Staging numbers;             ///< for the steps' own: a few bytes must not be lent a batch's memory
  BatchUpload upload;
  std::deque<PendingBatch>
      pending;  ///< in order, up to the next that this rank computes; a reader must not outlive what it reads
  std::optional<QueuedStep> queued_next;   ///< the step after the one that was reported last, where its passes are queued already
  bool changing_weights = false;           ///< an update is under way: this step cannot be taken again
  bool trimmed = false;                    ///< whether idle memory was freed since the last shortage was settled
  bool short_of_memory = false;            ///< something was given back since then
  std::optional<Recomputation> replanned;  ///< not reported yet
  bool others_know = false;                ///< whether the other ranks have this run's state
  std::unique_ptr<Team> team;              ///< null where the run has this rank alone; knows the adapters
};

}  // namespace sidestep
