#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "audio/onset.h"

namespace sidestep::audio {

/// How a beat falls apart.
struct BeatParts {
  double half = 0;        ///< strength in the middle between beats, of the beats' own
  double third = 0;       ///< at a third,
  double two_thirds = 0;  ///< and at two
};

/// A pulse that a listener may tap to.
struct Pulse {
  double period = 0;          ///< seconds
  std::vector<double> beats;  ///< seconds, increasing
  BeatParts parts;
  double clarity = 0;      ///< mean strength at the beats over the mean of all of the song
  double periodicity = 0;  ///< of the autocorrelation at one to four periods, 0 to 1
  double score = 0;        ///< log-likelihood, up to a constant
};

/// The pulses that a song offers, the likeliest first; none for a song without onsets or of less than four seconds.
/// Periods are those of the tempogram (autocorrelation over 12 s, averaged); beats are tracked by dynamic programming (Ellis
/// 2007, "Beat tracking by dynamic programming"); which level is the beat is decided by a prior over tempi and by how
/// strong the middle between beats is: weak, or listeners would tap twice as fast.
std::vector<Pulse> find_pulses(const Onsets& onsets);

}  // namespace sidestep::audio
