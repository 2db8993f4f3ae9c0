#pragma once
#include <cstdint>

#include "audio/onset.h"
#include "audio/tempo.h"

namespace sidestep::audio {

enum class Meter : uint8_t { three_four, four_four, six_eight };

struct MeterFound {
  Meter meter = Meter::four_four;
  double confidence = 0;  ///< 0 to 1
};

/// How beats group: a beat that falls apart in three, all of them heard, is that of 6/8; else bars of three or four by how
/// alike beats are that many apart (autocorrelation of what low, middle and high ranges do at and between beats). Two beats
/// a bar cannot be told from four reliably by ear: they count as 4/4.
MeterFound find_meter(const Onsets& onsets, const Pulse& pulse);

}  // namespace sidestep::audio
