#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "audio/fourier.h"

namespace sidestep::audio {

enum class Scale : uint8_t { major, minor };

struct Key {
  int tonic = 0;  ///< 0 is C, 11 is B
  Scale scale = Scale::major;
  double confidence = 0;  ///< 0 to 1; 0 where nothing has a pitch
  double tuning = 0;      ///< cents above A = 440 Hz, -50 to 50
};

/// The key of mono sound at 24 kHz in pieces: notes by non-negative least squares over notes with harmonics (after Mauch and
/// Dixon 2010, "Approximate note transcription …"), with the song's own tuning, folded to pitch classes, and compared with
/// the profiles of Albrecht and Shanahan 2013.
class KeyMeter {
 public:
  static constexpr int64_t kRate = 24000;

  KeyMeter();
  void push(const float* samples, int64_t count);
  Key finish() const;

 private:
  static constexpr int64_t kFrame = 16384, kHop = 6000;

  void take_frame(const float* frame);

  Fourier fourier_;
  std::vector<float> pending_;
  std::vector<double> spectrum_;
  std::vector<std::vector<float>> frames_;  ///< magnitudes of the bins that notes have
};

}  // namespace sidestep::audio
