#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "core/tensor.h"

namespace sidestep::audio {

/// Integrated loudness after ITU-R BS.1770-4 (K-weighting, 400 ms blocks every 100 ms, absolute gate at -70 LUFS, relative
/// gate 10 LU below the mean of what passes) and the sample peak, of up to two channels that arrive in pieces.
class LoudnessMeter {
 public:
  /// Throws native/argument-invalid for rates below 4 kHz or other than 1 or 2 channels.
  LoudnessMeter(int64_t sample_rate, int64_t channels);
  /// [channels, n] f32.
  void push(const ConstTensor& piece);

  /// LUFS; minus infinity for silence and for less than 400 ms.
  double integrated() const;
  /// Largest magnitude of any audio sample.
  float peak() const { return peak_; }

 private:
  /// A second-order filter section, direct form II transposed.
  struct Biquad {
    double b0, b1, b2, a1, a2;
    double s1 = 0, s2 = 0;
    double step(double x) {
      const double y = b0 * x + s1;
      s1 = b1 * x - a1 * y + s2;
      s2 = b2 * x - a2 * y;
      return y;
    }
  };
  static Biquad shelf(double sample_rate);
  static Biquad high_pass(double sample_rate);

  int64_t hop_ = 0;     ///< audio samples in 100 ms
  int64_t in_hop_ = 0;  ///< of the current one
  double hop_energy_ = 0;
  std::vector<std::array<Biquad, 2>> filters_;  ///< a channel each
  std::vector<double> energies_;                ///< sum over channels of squares, per 100 ms
  float peak_ = 0;
};

/// Factor that brings the peak to `target_dbfs` (0 is full scale); 1 for silence.
float peak_gain(float peak, double target_dbfs);
/// Factor that brings the loudness to `target_lufs`, but never the peak above full scale; 1 for silence.
float loudness_gain(const LoudnessMeter& meter, double target_lufs);

}  // namespace sidestep::audio
