#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/model_config.h"
#include "training/options.h"
#include "training/sample.h"

namespace sidestep {

/// What the headers of a sample's files say.
struct SampleHeader {
  SampleFiles files;
  int64_t frames = 0, tokens = 0;
};
/// Throws what opening throws, and train/sample-invalid when a tensor's width is not the model's.
SampleHeader read_sample_header(const SampleFiles& files, const DitConfig& model);

/// What of one song goes into a batch.
struct SampleRead {
  SampleFiles files;
  int64_t first_frame = 0;
  int64_t frames = 0;  ///< 0: the whole song
};
/// Reads, crops and collates. Touches nothing but its arguments, so it may run beside a training step.
/// Throws what load_sample and collate throw.
Batch read_batch(const std::vector<SampleRead>& reads, const Staging& staging);

/// The order in which an epoch visits `count` items: a permutation drawn from (seed, epoch), or the given order.
std::vector<int64_t> epoch_order(int64_t count, Shuffle shuffle, uint64_t seed, int64_t epoch);

/// Where a crop of a song begins. Coverage, as upstream: 32 bins over the possible starts, a bin drawn with weight
/// 1 / (visits + 1), the start uniform within it; visits are halved from time to time. Unlike upstream the last possible start
/// can occur, and the counts are part of the checkpoint.
class CropSampler {
 public:
  static constexpr size_t kBins = 32;
  explicit CropSampler(int64_t samples) : visits_(static_cast<size_t>(samples)) {}

  /// `frames` > `crop`. The result is the first frame of the window.
  int64_t draw(const CropOptions& options, int64_t sample, int64_t frames, const RandomKey& key);
  void halve();

  std::vector<double> state() const;
  void set_state(const std::vector<double>& values);

 private:
  std::vector<std::array<double, kBins>> visits_;
};

}  // namespace sidestep
