#include "audio/loudness.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "core/error.h"
#include "core/math.h"

namespace sidestep::audio {

namespace {

double lufs(double mean_square) { return -0.691 + 10 * math::log10(mean_square); }

/// Mean of the blocks at or above a gate, in LUFS; 0 when none is.
double mean_above(const std::vector<double>& blocks, double gate) {
  double total = 0;
  int64_t count = 0;
  for (const double block : blocks) {
    if (!(block > 0) || lufs(block) < gate) continue;
    total += block;
    ++count;
  }
  return count == 0 ? 0 : total / static_cast<double>(count);
}

}  // namespace

// The standard lists coefficients for 48 kHz only; these are its analogue prototypes (frequency, gain, quality fitted to
// that list, as in the EBU's and most open meters), so that other rates measure the same.
LoudnessMeter::Biquad LoudnessMeter::shelf(double sample_rate) {
  const double k = math::tan(std::numbers::pi * 1681.974450955533 / sample_rate), q = 0.7071752369554196;
  const double high = math::pow(10.0, 3.999843853973347 / 20), band = math::pow(high, 0.4996667741545416);
  const double a0 = 1 + k / q + k * k;
  return {(high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0, (high - band * k / q + k * k) / a0, 2 * (k * k - 1) / a0,
          (1 - k / q + k * k) / a0};
}

LoudnessMeter::Biquad LoudnessMeter::high_pass(double sample_rate) {
  const double k = math::tan(std::numbers::pi * 38.13547087602444 / sample_rate), q = 0.5003270373238773;
  const double a0 = 1 + k / q + k * k;
  return {1, -2, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0};
}

LoudnessMeter::LoudnessMeter(int64_t sample_rate, int64_t channels) : hop_(sample_rate / 10) {
  if (sample_rate < 4000 || channels < 1 || channels > 2) {
    throw Error("native/argument-invalid", "loudness: expected at least 4000 audio samples a second and 1 or 2 channels, found " +
                                               std::to_string(sample_rate) + " and " + std::to_string(channels));
  }
  const auto rate = static_cast<double>(sample_rate);
  filters_.assign(static_cast<size_t>(channels), {shelf(rate), high_pass(rate)});
}

void LoudnessMeter::push(const ConstTensor& piece) {
  if (piece.rank() != 2 || piece.dim(0) != static_cast<int64_t>(filters_.size()) || piece.dtype() != DType::f32) {
    throw Error("native/shape-mismatch",
                "loudness: expected F32 [" + std::to_string(filters_.size()) + ", samples], found " + piece.shape().to_string());
  }
  for (int64_t i = 0; i < piece.dim(1); ++i) {
    for (size_t c = 0; c < filters_.size(); ++c) {
      const float x = piece.data<float>()[static_cast<int64_t>(c) * piece.stride(0) + i * piece.stride(1)];
      peak_ = std::max(peak_, std::abs(x));
      const double weighted = filters_[c][1].step(filters_[c][0].step(static_cast<double>(x)));
      hop_energy_ += weighted * weighted;
    }
    if (++in_hop_ < hop_) continue;
    energies_.push_back(hop_energy_);
    hop_energy_ = 0;
    in_hop_ = 0;
  }
}

double LoudnessMeter::integrated() const {
  std::vector<double> blocks;
  for (size_t i = 3; i < energies_.size(); ++i) {
    const double energy = energies_[i - 3] + energies_[i - 2] + energies_[i - 1] + energies_[i];
    blocks.push_back(energy / static_cast<double>(4 * hop_));
  }
  const double ungated = mean_above(blocks, -70);
  if (ungated == 0) return -std::numeric_limits<double>::infinity();
  return lufs(mean_above(blocks, std::max(-70.0, lufs(ungated) - 10)));
}

float peak_gain(float peak, double target_dbfs) {
  return peak > 0 ? static_cast<float>(math::pow(10.0, target_dbfs / 20) / static_cast<double>(peak)) : 1.F;
}

float loudness_gain(const LoudnessMeter& meter, double target_lufs) {
  const double loudness = meter.integrated();
  if (!std::isfinite(loudness)) return 1.F;
  const double wanted = math::pow(10.0, (target_lufs - loudness) / 20);
  return static_cast<float>(std::min(wanted, 1.0 / static_cast<double>(meter.peak())));
}

}  // namespace sidestep::audio
