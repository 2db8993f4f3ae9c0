#pragma once
#include <cstdint>
#include <vector>

#include "audio/resample.h"

namespace sidestep::audio {

/// A windowed sinc as a polyphase filter: output k weighs the inputs around k * from / to = whole + phase / phases with
/// row `phase`, whose tap j belongs to input whole - half + 1 + j.
struct PolyphaseFilter {
  int64_t phases = 1;        ///< to / gcd
  int64_t step = 1;          ///< from / gcd: phases advanced an output
  int64_t half = 1;          ///< taps on either side
  int64_t taps = 2;          ///< of a row, padded with zeros to a multiple of 16
  std::vector<float> table;  ///< [phases, taps]
};

PolyphaseFilter design_filter(int64_t from, int64_t to, ResampleFilter filter);

}  // namespace sidestep::audio
