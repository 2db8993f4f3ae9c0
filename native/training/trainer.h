#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/stream.h"
#include "sampling/generate.h"
#include "training/memory_plan.h"
#include "training/options.h"
#include "training/ring.h"

namespace sidestep {

/// What a run is made of. The order of the samples is part of the run: shuffling draws from it.
struct TrainerSetup {
  std::filesystem::path model_folder;  ///< config.json and model*.safetensors of one variant
  std::vector<SampleFiles> samples;
  std::vector<SampleFiles> validation_samples{};
  Json options;                         ///< the stage's `with`
  DType compute_dtype = DType::f32;     ///< f32 on CPU; bf16 or f16 on CUDA
  DeviceKind device = DeviceKind::cpu;  ///< for plans; a trainer goes by its stream
  /// The longest clip that `generate` will be asked for between steps: memory for it is taken with the run's.
  struct Clip {
    int64_t frames = 0, tokens = 0;
    bool guided = true;
  };
  std::optional<Clip> longest_clip{};
  /// What the device has for this run. Activations are kept within it where the options do not say which; unset: all are.
  std::optional<size_t> memory_limit_bytes{};
  int64_t ranks = 1;  ///< that share the run: on a card, memory is left for what connects them
  /// Of a card: how many layers wait on the host; unset: as many as that limit asks for.
  std::optional<int64_t> streamed_layers{};
};

/// How long the run is; fixed when it is opened.
struct RunShape {
  int64_t samples = 0;
  int64_t micro_steps_per_epoch = 0;
  int64_t steps_per_epoch = 0;  ///< updates, a partial last group included
  int64_t total_steps = 0;      ///< of the whole run, max_steps considered; the schedule's length
  int64_t longest_frames = 0;   ///< after cropping
  int64_t longest_tokens = 0;
};

/// What one update did.
struct StepReport {
  enum class Kind : uint8_t { applied, skipped } kind = Kind::applied;
  int64_t global_step = 0;              ///< updates applied so far, this one included
  int64_t epoch = 0;                    ///< of this step, counting from 1
  int64_t step_in_epoch = 0;            ///< counting from 1
  double loss = 0;                      ///< mean over the group's micro-batches that had one
  double learning_rate = 0;             ///< used in this update
  double grad_norm = 0;                 ///< before clipping
  std::vector<double> module_norms{};   ///< gradient norm of each adapted module, in `modules()` order
  std::vector<float> timesteps{};       ///< of every sample in the group
  std::vector<double> sample_losses{};  ///< likewise, unweighted
  std::vector<std::string> sample_names{};
  double target_loss_scale = 1;  ///< factor the target loss put on the schedule's rate
  std::optional<double>
      target_loss_smoothed{};   ///< the mean that the target loss goes by, this update included; unset while it does not act
  double prodigy_d = 0;         ///< Prodigy's distance estimate after this update, 0 for other optimizers
  int64_t nonfinite_total = 0;  ///< micro-batches skipped so far in the run
  std::string diagnosis{};      ///< of the last skipped micro-batch in this group: sample, first bad tensor
  bool epoch_finished = false;
  double epoch_loss = 0;  ///< with epoch_finished: mean over the epoch's updates
  /// Where the card ran short of memory since the last report: what is kept of activations from now on. It changes no number.
  std::optional<Recomputation> replanned{};
};

struct ValidationReport {
  double loss = 0;                  ///< mean over samples, timesteps and draws
  std::vector<double> timesteps{};  ///< as in options.validation
  std::vector<double> losses{};     ///< mean at each of them
};

/// `exact`: the checkpoint must belong to a run with the same samples and adapter; what continues is, byte for byte, what an
/// uninterrupted run would have done. `fork`: weights, average and optimizer are taken, the run begins at its first step.
enum class Resume : uint8_t { exact, fork };

enum class AdapterWeights : uint8_t { best, raw, ema };  ///< best: the average if there is one

/// Training of one adapter on one device. Not thread-safe: one call at a time. Every random draw is keyed by (seed, purpose,
/// micro-step, sample), so nothing of a generator needs saving.
/// Calls check the stream's cancel flag and throw native/cancelled; after that, `load` or throw the trainer away.
class Trainer {
 public:
  /// Reads headers of all files, plans and takes the memory, loads the base model, initialises the adapter.
  /// Throws what loading throws; train/no-samples; train/zero-steps (epochs or max_steps give no update);
  /// native/out-of-memory.
  Trainer(const TrainerSetup& setup, Stream& stream);
  ~Trainer();

  const TrainOptions& options() const;
  const RunShape& shape() const;
  const MemoryPlan& memory() const;
  std::vector<std::string> modules() const;

  int64_t global_step() const;
  bool finished() const;
  /// One update: its micro-batches, clipping, optimizer, average. A micro-batch whose loss is no finite number is left out
  /// and counted; the others of the group still count (upstream throws them away).
  /// A card that runs out of memory gives back what it can do without; where that is not enough and the options leave it open,
  /// less of the activations is kept from then on, and the step is taken again. Its bytes are the same. Throws
  /// native/out-of-memory when nothing is left. Throws train/nonfinite-loss after max_nonfinite_steps micro-batches in a row
  /// without a finite loss (naming the sample and the first bad tensor), train/finished when there is nothing left to do.
  StepReport step();

  /// From here on this run is one of several ranks that share its micro-batches: the bytes are those of one rank, whatever their
  /// number. Every rank has the same setup. Rank 0 loads, steps, validates and saves as before; the others `follow`. All calls
  /// may throw train/rank-lost. What is returned says how gradients go from card to card; empty on CPUs. Throws
  /// train/ranks-differ.
  std::string join(std::shared_ptr<Ring> ring);
  /// Of a rank that is not 0: waits for rank 0's next command and does its share of it.
  enum class Followed : uint8_t { command, finish };
  Followed follow();
  /// Rank 0 ends the others' `follow`. Does nothing without other ranks.
  void finish_ranks();

  /// Loss on the validation samples with fixed noise and timesteps, no dropout, the average's weights if there is one.
  /// The same weights always give the same number. Throws train/no-samples without validation samples.
  ValidationReport validate();

  /// One clip by the adapter as it is now, or its average if there is one: a listener, after which the run goes on as if nothing
  /// had been. `halves` is chosen here. Takes the run's own arena, or one for the clip where that is too small
  /// (TrainerSetup::longest_clip). Throws what generate_latents throws; native/out-of-memory.
  Storage generate(GenerateJob job);

  /// A checkpoint folder: the adapter's files, flat, ready for inference, and training_state.safetensors. Overwrites.
  /// `metadata` goes into the adapter file's metadata.
  void save(const std::filesystem::path& folder, const std::map<std::string, std::string>& metadata = {});
  /// The adapter alone.
  void save_adapter(const std::filesystem::path& folder, AdapterWeights weights,
                    const std::map<std::string, std::string>& metadata = {});
  /// Throws train/state-mismatch (what differs), native/file-unreadable.
  void load(const std::filesystem::path& folder, Resume resume = Resume::exact);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What a checkpoint folder says of itself without opening a trainer: global_step, epoch, options, samples.
Json inspect_checkpoint(const std::filesystem::path& folder);

/// A run's size before its samples exist: so many of them, none longer than this.
struct SampleLengths {
  int64_t samples = 0;
  int64_t frames = 0;  ///< latent frames of the longest
  int64_t tokens = 0;  ///< condition tokens of the longest
};

struct PlannedRun {
  RunShape shape;
  MemoryPlan memory;
};
/// What a run will take, from file headers alone; nothing is loaded. With `lengths` the setup's samples are not looked at.
/// Throws what opening the files throws; train/no-samples, train/zero-steps, and train/option-* as `Trainer` does.
PlannedRun plan_training(const TrainerSetup& setup);
PlannedRun plan_training(const TrainerSetup& setup, const SampleLengths& lengths);

}  // namespace sidestep
