#include "training/batch_source.h"

#include <algorithm>
#include <utility>

namespace sidestep {

BatchSource::BatchSource(const Run& run, Device device, size_t batch_bytes)
    : run_(run), crops_(run.shape.samples), staging_(device), upload_(device, batch_bytes) {}

void BatchSource::begin_epoch(int64_t epoch) {
  if (!order_.empty() && epoch_ == epoch) return;
  const TrainOptions& options = run_.options;
  epoch_ = epoch;
  order_ = epoch_order(run_.shape.samples * options.dataset_repeats, options.shuffle, options.seed, epoch);
}

uint64_t BatchSource::micro_step(int64_t micro_index) const {
  return static_cast<uint64_t>(epoch_ * run_.shape.micro_steps_per_epoch + micro_index);
}

void BatchSource::begin(int64_t micro_index) {
  const TrainOptions& options = run_.options;
  const int64_t begin = micro_index * options.batch_size;
  const int64_t end = std::min(begin + options.batch_size, static_cast<int64_t>(order_.size()));
  Pending next{.epoch = epoch_, .micro_index = micro_index};
  if (options.crop.frames > 0) next.crops = pending_.empty() ? crops_ : pending_.back().crops;
  for (int64_t i = begin; i < end; ++i) {
    const int64_t occurrence = order_[static_cast<size_t>(i)], index = occurrence % run_.shape.samples;
    const SampleHeader& sample = run_.files.samples[static_cast<size_t>(index)];
    next.occurrences.push_back(occurrence);
    next.reads.push_back({.files = sample.files});
    if (!next.crops || sample.frames <= options.crop.frames) continue;
    const RandomKey key{options.seed, Purpose::crop, micro_step(micro_index), static_cast<uint64_t>(occurrence)};
    next.reads.back().first_frame = next.crops->draw(options.crop, index, sample.frames, key);
    next.reads.back().frames = options.crop.frames;
  }
  if (computes(micro_index))
    next.batch = std::async(std::launch::async,
                            [reads = next.reads, to = staging_, up = upload_] { return up.send(read_batch(reads, to)); });
  pending_.push_back(std::move(next));
}

bool BatchSource::computes(int64_t micro_index) const {
  return micro_index % run_.options.gradient_accumulation_steps % place_.ranks == place_.rank;
}

/// The first batch of the next epoch waits until this epoch has been counted.
void BatchSource::begin_reading(int64_t micro_index) {
  int64_t next = pending_.empty() ? micro_index : pending_.back().micro_index + 1;
  if (!pending_.empty() && computes(pending_.back().micro_index)) return;
  for (bool found = false; !found && next < run_.shape.micro_steps_per_epoch; ++next) {
    begin(next);
    found = computes(next);
  }
}

MicroBatch BatchSource::next(int64_t micro_index) {
  if (pending_.empty() || pending_.front().epoch != epoch_ || pending_.front().micro_index != micro_index) {
    pending_.clear();
    begin(micro_index);
  }
  Pending ready = std::move(pending_.front());
  pending_.pop_front();
  MicroBatch next{micro_index, {}, std::move(ready.occurrences), std::move(ready.reads)};
  if (ready.batch.valid()) next.batch = ready.batch.get();
  if (ready.crops) crops_ = std::move(*ready.crops);
  begin_reading(micro_index + 1);
  return next;
}

MicroBatch BatchSource::read_again(const MicroBatch& micro) const {
  MicroBatch again = micro;
  again.batch = read_batch(again.reads, staging_);
  return again;
}

void BatchSource::reset() {
  order_.clear();
  pending_.clear();
}

}  // namespace sidestep
