#include "training/dataset.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "core/safetensors.h"

namespace sidestep {

namespace {

int64_t checked_length(const WeightFiles& files, const std::string& name, int64_t width) {
  const ConstTensor t = files.tensor(name);
  const bool batched = t.rank() == 3 && t.dim(0) == 1;
  if ((t.rank() == 2 || batched) && t.dim(-1) == width && t.dim(-2) > 0) return t.dim(-2);
  throw Error(
      "train/sample-invalid",
      files.origin(name) + ": " + name + ": expected [length, " + std::to_string(width) + "], found " + t.shape().to_string(),
      "The sample was preprocessed for another model; preprocess it again with this one.");
}

}  // namespace

SampleHeader read_sample_header(const SampleFiles& from, const DitConfig& model) {
  std::vector<SafetensorsFile> opened;
  for (const auto& path : from.files) opened.emplace_back(path);
  const WeightFiles files(std::move(opened));
  if (files.contains("context_latents") || from.silence_latent.empty())
    checked_length(files, "context_latents", model.context_channels());
  return {from, checked_length(files, "target_latents", model.audio_acoustic_hidden_dim),
          checked_length(files, "encoder_hidden_states", model.condition_size)};
}

Batch read_batch(const std::vector<SampleRead>& reads, const Staging& staging) {
  std::vector<Sample> samples;
  for (const SampleRead& read : reads) {
    samples.push_back(load_sample(read.files).sample);
    if (read.frames > 0) samples.back() = crop(samples.back(), read.first_frame, read.frames);
  }
  std::vector<const Sample*> pointers;
  pointers.reserve(samples.size());
  for (const Sample& s : samples) pointers.push_back(&s);
  return collate(pointers, staging);
}

std::vector<int64_t> epoch_order(int64_t count, Shuffle shuffle, uint64_t seed, int64_t epoch) {
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), int64_t{0});
  if (shuffle == Shuffle::none) return order;
  const RandomKey key{.seed = seed, .purpose = Purpose::shuffle, .step = static_cast<uint64_t>(epoch)};
  for (size_t i = order.size(); i > 1; --i) {  // Fisher & Yates
    const auto j = static_cast<size_t>(uniform(key, i) * static_cast<double>(i));
    std::swap(order[i - 1], order[j]);
  }
  return order;
}

int64_t CropSampler::draw(const CropOptions& options, int64_t sample, int64_t frames, const RandomKey& key) {
  const int64_t starts = frames - options.frames + 1;
  if (options.start == CropStart::uniform) return static_cast<int64_t>(uniform(key, 0) * static_cast<double>(starts));
  auto& visits = visits_[static_cast<size_t>(sample)];
  double total = 0;
  for (const double v : visits) total += 1 / (v + 1);
  double left = uniform(key, 0) * total;
  size_t bin = 0;
  while (bin + 1 < kBins && left >= 1 / (visits[bin] + 1)) left -= 1 / (visits[bin++] + 1);
  visits[bin] += 1;
  const double share = (static_cast<double>(bin) + uniform(key, 1)) / static_cast<double>(kBins);
  return std::min(starts - 1, static_cast<int64_t>(share * static_cast<double>(starts)));
}

void CropSampler::halve() {
  for (auto& visits : visits_) {
    for (double& v : visits) v /= 2;
  }
}

std::vector<double> CropSampler::state() const {
  std::vector<double> values;
  for (const auto& visits : visits_) values.insert(values.end(), visits.begin(), visits.end());
  return values;
}

void CropSampler::set_state(const std::vector<double>& values) {
  if (values.size() != visits_.size() * kBins) {
    throw Error("train/state-mismatch", "The checkpoint counts crops of another number of samples");
  }
  for (size_t i = 0; i < values.size(); ++i) visits_[i / kBins][i % kBins] = values[i];
}

}  // namespace sidestep
