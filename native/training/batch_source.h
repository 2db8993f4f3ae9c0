#pragma once
#include <cstdint>
#include <deque>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "training/batch_upload.h"
#include "training/dataset.h"
#include "training/ring.h"
#include "training/run.h"
#include "training/staging.h"

namespace sidestep {

/// One micro-batch of a step.
struct MicroBatch {
  int64_t index = 0;                 ///< in its epoch
  Batch batch;                       ///< empty where another rank computes it
  std::vector<int64_t> occurrences;  ///< places in the epoch's visit of the dataset, repeats included
  std::vector<SampleRead> reads;     ///< what gives the same batch again
};

/// The micro-batches of a run in order. The next one is read while the one before it is computed; nothing of the run's state
/// changes for it until it is taken.
class BatchSource {
 public:
  /// `batch_bytes`: of the largest batch on a card. `run` must outlive this.
  BatchSource(const Run& run, Device device, size_t batch_bytes);

  /// Draws the order of this epoch, unless that is the order there is.
  void begin_epoch(int64_t epoch);
  /// Starts to read, up to the first that is this rank's, from `micro_index` on.
  void begin_reading(int64_t micro_index);
  /// What was begun, or else (after a resume) what is read now. From here on the run has seen it, and the next one is begun.
  MicroBatch next(int64_t micro_index);
  /// A micro-batch that was taken before, with its tensors.
  MicroBatch read_again(const MicroBatch& micro) const;
  /// Forgets what was begun; the run goes on elsewhere, or otherwise.
  void drop_pending() { pending_.clear(); }
  /// Forgets the order, too.
  void reset();

  /// Micro-batches of an update go round the ranks.
  void share(const RankPlace& place) { place_ = place; }
  bool computes(int64_t micro_index) const;
  /// Micro-steps of the run up to this one of the epoch, which its random draws are keyed by.
  uint64_t micro_step(int64_t micro_index) const;

  /// Where songs longer than the crop were cut so far: part of a checkpoint.
  const CropSampler& crops() const { return crops_; }
  void set_crops(CropSampler crops) { crops_ = std::move(crops); }
  void halve_crops() { crops_.halve(); }

 private:
  /// One that is being read; of one that another rank computes only what is drawn for it.
  struct Pending {
    int64_t epoch = 0, micro_index = 0;
    std::vector<int64_t> occurrences;
    std::vector<SampleRead> reads;
    std::optional<CropSampler> crops;  ///< as it will be once the batch is taken; empty without cropping
    std::future<Batch> batch;          ///< none where another rank computes it
  };
  void begin(int64_t micro_index);

  const Run& run_;
  RankPlace place_{};
  int64_t epoch_ = 0;
  std::vector<int64_t> order_;  ///< of the epoch, empty before it is drawn
  CropSampler crops_;
  Staging staging_;
  BatchUpload upload_;
  std::deque<Pending> pending_;  ///< in order, up to the next that this rank computes; a reader must not outlive what it reads
};

}  // namespace sidestep
