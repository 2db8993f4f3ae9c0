#pragma once

#include <cstdint>
#include <vector>

namespace sidestep::audio {

/// Magnitudes of the discrete Fourier transform of real frames, by Cooley and Tukey's radix 2 in double. The same bits
/// everywhere: its sines are core/math.h's.
class Fourier {
 public:
  /// `size`: a power of two, at least 4.
  explicit Fourier(int64_t size);

  int64_t size() const { return size_; }
  /// Of `size` values, weighted by a periodic Hann window whose sum is 1 (a sine of amplitude 1 gives about 0.5 at its
  /// frequency); `magnitudes` gets size / 2 + 1 values, frequency k * rate / size each.
  void magnitudes(const float* frame, std::vector<double>& magnitudes);

 private:
  struct Complex {
    double re, im;
  };
  void transform();

  int64_t size_;
  std::vector<double> window_;
  std::vector<Complex> turns_;     ///< exp(-2 pi i k / size), k < size / 2
  std::vector<int64_t> reversed_;  ///< bits of 0 … size / 2 - 1, turned round
  std::vector<Complex> work_;      ///< size / 2: even values real, odd ones imaginary
};

}  // namespace sidestep::audio
