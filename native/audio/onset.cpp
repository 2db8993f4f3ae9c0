#include "audio/onset.h"

#include <algorithm>
#include <cmath>

#include "core/math.h"

namespace sidestep::audio {

namespace {

constexpr double kLowest = 30, kHighest = 11000;
constexpr int64_t kLag = 3;  ///< frames: the window is 43 ms, so that a rise is over after as many

constexpr double kCymbals = 0.4;

/// Relative to the peaks of the range, the strong ones above all: x and 2 x differ less than nothing and x.
void saturate(std::vector<double>& x) {
  double sum = 0, squares = 0;
  for (size_t i = 1; i + 1 < x.size(); ++i) {
    if (x[i] <= x[i - 1] || x[i] < x[i + 1]) continue;
    sum += x[i];
    squares += x[i] * x[i];
  }
  for (double& value : x) value = sum > 0 ? value / (value + squares / sum) : 0;
}

/// Less the mean of the second around, never below 0.
std::vector<double> above_local_mean(const std::vector<double>& x) {
  const auto n = static_cast<int64_t>(x.size());
  std::vector<double> sums(1, 0.0), out;
  for (const double value : x) sums.push_back(sums.back() + value);
  for (int64_t i = 0; i < n; ++i) {
    const int64_t begin = std::max<int64_t>(0, i - kOnsetRate / 2), end = std::min(n, i + kOnsetRate / 2 + 1);
    const double mean = (sums[static_cast<size_t>(end)] - sums[static_cast<size_t>(begin)]) / static_cast<double>(end - begin);
    out.push_back(std::max(0.0, x[static_cast<size_t>(i)] - mean));
  }
  return out;
}

}  // namespace

OnsetMeter::OnsetMeter() : fourier_(kFrame), edges_{} {
  const double bin = static_cast<double>(kRate) / static_cast<double>(kFrame);
  for (size_t b = 0; b <= kBands; ++b) {
    const double frequency = kLowest * math::pow(kHighest / kLowest, static_cast<double>(b) / static_cast<double>(kBands));
    const auto edge = static_cast<int64_t>(std::llround(frequency / bin));
    edges_[b] = b == 0 ? std::max<int64_t>(1, edge) : std::max(edges_[b - 1] + 1, edge);
  }
  pending_.assign(static_cast<size_t>(kFrame / 2), 0.F);  // frame 0 is centred on the first sample
}

void OnsetMeter::push(const float* samples, int64_t count) {
  pending_.insert(pending_.end(), samples, samples + count);
  size_t at = 0;
  for (; at + kFrame <= pending_.size(); at += kHop) take_frame(pending_.data() + at);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
}

void OnsetMeter::take_frame(const float* frame) {
  fourier_.magnitudes(frame, spectrum_);
  for (size_t b = 0; b < kBands; ++b) {
    double total = 0;
    for (int64_t k = edges_[b]; k < edges_[b + 1]; ++k) total += spectrum_[static_cast<size_t>(k)];
    bands_.push_back(static_cast<float>(total / static_cast<double>(edges_[b + 1] - edges_[b])));
  }
}

Onsets OnsetMeter::finish() const {
  const size_t frames = bands_.size() / kBands;
  std::array<double, kBands> level{};  // of each band, so that dull recordings have cymbals too
  double loudest = 0;
  for (size_t b = 0; b < kBands; ++b) {
    for (size_t i = 0; i < frames; ++i) {
      const auto magnitude = static_cast<double>(bands_[i * kBands + b]);
      level[b] += magnitude * magnitude / static_cast<double>(frames);
    }
    level[b] = std::sqrt(level[b]);
    loudest = std::max(loudest, level[b]);
  }
  std::vector<double> logs(bands_.size());
  for (size_t i = 0; i < bands_.size(); ++i) {
    const double reference = std::max(level[i % kBands], loudest * 1e-3);
    logs[i] = reference > 0 ? math::log1p(static_cast<double>(bands_[i]) / reference) : 0;
  }
  const double bin = static_cast<double>(kRate) / static_cast<double>(kFrame);
  Onsets onsets;
  for (size_t i = 0; i < frames; ++i) {
    std::array<double, 3> sums{}, counts{};
    for (size_t b = 0; b < kBands; ++b) {
      const double frequency = static_cast<double>(edges_[b]) * bin;
      const size_t range = frequency < 200 ? 0 : frequency < 2500 ? 1 : 2;
      counts[range] += 1;
      if (i < static_cast<size_t>(kLag)) continue;
      const double* before = logs.data() + (i - static_cast<size_t>(kLag)) * kBands;
      double reference = before[b];
      if (b > 0) reference = std::max(reference, before[b - 1]);
      if (b + 1 < kBands) reference = std::max(reference, before[b + 1]);
      sums[range] += std::max(0.0, logs[i * kBands + b] - reference);
    }
    onsets.low.push_back(sums[0] / counts[0]);
    onsets.mid.push_back(sums[1] / counts[1]);
    onsets.high.push_back(sums[2] / counts[2]);
  }
  std::vector<double> total;
  for (std::vector<double>* range : {&onsets.low, &onsets.mid, &onsets.high}) saturate(*range);
  for (size_t i = 0; i < frames; ++i) {
    const double low = onsets.low[i], mid = onsets.mid[i], high = kCymbals * onsets.high[i];
    total.push_back(low + mid + high);
    onsets.presence.push_back(std::max({low, mid, high}));
  }
  onsets.pulse = above_local_mean(total);
  return onsets;
}

}  // namespace sidestep::audio
