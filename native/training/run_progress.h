#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/philox.h"
#include "training/batch_source.h"
#include "training/optimizer.h"
#include "training/run.h"
#include "training/target_loss.h"
#include "training/team.h"
#include "training/timestep.h"
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

/// Numbers of the host with the name they are saved under.
struct NamedNumbers {
  std::string name;
  std::vector<double> values;
};

/// The state of a run on the host: where it is, and what its losses so far decide of the steps to come.
class RunProgress {
 public:
  /// `run` must outlive this.
  explicit RunProgress(const Run& run);

  const RunPosition& position() const { return position_; }
  bool finished() const;
  /// Micro-batches of the update that comes, in their epoch: from first to before last.
  int64_t first_micro() const { return position_.group * run_.options.gradient_accumulation_steps; }
  int64_t last_micro() const;
  /// Whether another step follows in this epoch: between epochs crops change and callers validate and save.
  bool has_next_step() const;
  /// Runs `body` as if the update that comes were made already.
  void during_next_step(const std::function<void()>& body);
  StepReport begun_report() const { return {.epoch = position_.epoch + 1, .step_in_epoch = position_.group + 1}; }

  /// All that is random in a micro-batch.
  Draws draw(const Batch& batch, const std::vector<int64_t>& occurrences, uint64_t micro_step) const;
  /// Whether a timestep of these samples is drawn by the losses of earlier micro-batches.
  bool draws_by_losses(const std::vector<int64_t>& occurrences, uint64_t micro_step) const;

  /// The outcome of a micro-batch goes into the report, and into what is drawn and decided from now on. `good` counts those with
  /// a loss. Throws train/nonfinite-loss after too many without one.
  void add_outcome(const MicroOutcome& outcome, StepReport& report, int64_t& good);
  /// All micro-batches of the update had a finite loss.
  void note_finite() { position_.nonfinite_in_a_row = 0; }
  /// Of the update that comes; also into the report.
  double learning_rate(StepReport& report) const;
  /// Counts an update that was made, or one that was skipped. Throws train/nonfinite-loss.
  void add_update(const UpdateResult& result, const Optimizer& optimizer, StepReport& report);
  /// A step is over. True when it was the epoch's last.
  bool end_step(StepReport& report);

  /// What a step changes before its update; an update is not taken back.
  struct Undo {
    RunPosition position;
    AdaptiveTimesteps adaptive;
  };
  Undo undo() const { return {position_, adaptive_}; }
  void take_back(const Undo& undo);

  /// What a checkpoint holds, and how it is taken up: `read` gives the numbers of a name. Throws train/state-mismatch.
  std::vector<NamedNumbers> numbers() const;
  void set_numbers(const std::function<std::vector<double>(const std::string& name)>& read);
  static constexpr size_t kPositionNumbers = 10;
  /// At the first step.
  void reset_position() { position_ = {}; }

 private:
  bool draws_by_losses(const RandomKey& choice) const;
  void note_nonfinite(const std::string& diagnosis, StepReport& report);

  const Run& run_;
  Schedule schedule_;
  RunPosition position_{};
  AdaptiveTimesteps adaptive_{};
  TargetLoss target_loss_;
};

}  // namespace sidestep
