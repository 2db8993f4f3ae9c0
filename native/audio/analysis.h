#pragma once
#include <cstdint>

#include "audio/key.h"
#include "audio/loudness.h"
#include "audio/meter.h"
#include "audio/onset.h"
#include "audio/resample.h"

namespace sidestep::audio {

/// What can be measured of a song. A confidence of 0 says that there was nothing to measure it by.
struct SongAnalysis {
  double seconds = 0;
  double tempo = 0;  ///< beats a minute; in 6/8 a beat is a dotted quarter
  double tempo_confidence = 0;
  double other_tempo = 0;  ///< the next likely one, most often half or double; 0 for none
  MeterFound meter;
  Key key;
  double loudness = 0;  ///< LUFS, see LoudnessMeter; minus infinity for silence
  float peak = 0;       ///< largest magnitude of any audio sample
};

/// Measures a song that arrives in pieces, as the model hears it: stereo at 48 kHz, mono doubled. The same bits on every
/// machine, however the song is cut and however many threads there are.
class SongAnalyzer {
 public:
  static constexpr int64_t kRate = 48000;

  SongAnalyzer();
  /// [2, n] f32. Throws native/shape-mismatch.
  void push(const ConstTensor& piece, ThreadPool& pool);
  SongAnalysis finish(ThreadPool& pool);

 private:
  void listen(const Storage& mono);

  LoudnessMeter loudness_;
  Resampler resampler_;  ///< mono, to the rate of the meters below
  OnsetMeter onsets_;
  KeyMeter key_;
  int64_t received_ = 0;
};

}  // namespace sidestep::audio
