#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "audio/resample.h"
#include "models/oobleck_encode.h"

namespace sidestep {

/// What happens to a song's level before it is encoded.
enum class Normalize : uint8_t { none, peak, loudness };

/// From a decoded song to latent frames, as upstream's preprocessing does it: resample, duplicate mono, keep the first two
/// channels of more, cut to the longest duration, encode.
struct EncodeSong {
  ConstTensor audio;            ///< [channels, samples] f32 on the host, -1 to 1
  int64_t sample_rate = 48000;  ///< of `audio`
  audio::ResampleFilter resample_filter = audio::ResampleFilter::soxr_hq;
  double max_duration = 0;      ///< seconds kept, 0: all
  Normalize normalize = Normalize::none;
  double peak_target = -1;      ///< dBFS, with Normalize::peak
  double loudness_target = -14; ///< LUFS, with Normalize::loudness
  std::optional<Tiling> tiling;
  Posterior posterior = Posterior::mean;
  uint64_t seed = 0, sample = 0;  ///< with Posterior::sample
  std::function<void(double)> on_progress{};
};

/// [2, samples] f32 at the VAE's rate. Throws native/audio-invalid (no channel, no sample, NaN or infinity).
Storage prepare_song(const EncodeSong& job, const OobleckConfig& config, ThreadPool& pool);

/// Latent frames [T, latent channels] f32 on the host. Throws what prepare_song and oobleck_encode throw.
Storage encode_song(const OobleckEncoder& encoder, const EncodeSong& job, Stream& stream);

}  // namespace sidestep
