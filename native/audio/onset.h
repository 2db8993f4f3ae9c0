#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "audio/fourier.h"

namespace sidestep::audio {

/// Onset frames a second.
constexpr int64_t kOnsetRate = 100;

/// How strongly sound begins, 100 times a second, in three ranges of frequency: what drums, basses and cymbals do.
struct Onsets {
  /// Below 200 Hz, to 2.5 kHz, above: 0 to 1; the strong ones of a range are 0.5.
  std::vector<double> low, mid, high;
  std::vector<double> pulse;     ///< of all ranges, cymbals a third; less the mean of the second around
  std::vector<double> presence;  ///< of the range that says most, so that a drum is worth no less for having no bass under it

  size_t size() const { return pulse.size(); }
};

/// Spectral flux over bands of logarithmic magnitude (after Böck and Widmer 2013, "SuperFlux": the reference of a band is the
/// largest of it and its neighbours 30 ms earlier, so that vibrato is no onset), of mono sound at 24 kHz in pieces.
class OnsetMeter {
 public:
  static constexpr int64_t kRate = 24000;

  OnsetMeter();
  void push(const float* samples, int64_t count);
  /// Of all that was pushed; levels are relative to the song's own.
  Onsets finish() const;

 private:
  static constexpr int64_t kHop = kRate / kOnsetRate, kFrame = 1024;
  static constexpr size_t kBands = 36;

  void take_frame(const float* frame);

  Fourier fourier_;
  std::array<int64_t, kBands + 1> edges_;  ///< first bin of each band, and the end of the last
  std::vector<float> pending_;
  std::vector<double> spectrum_;
  std::vector<float> bands_;  ///< [frames, kBands], mean magnitude
};

}  // namespace sidestep::audio
