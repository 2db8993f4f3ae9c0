#pragma once
#include <cstdint>
#include <optional>

#include "models/oobleck.h"

namespace sidestep {

/// Upstream encodes long audio in overlapping tiles and cuts their seams; near a seam the result differs from encoding the
/// whole song at once. Sizes in audio samples.
struct Tiling {
  int64_t chunk_size = 0;
  int64_t overlap = 0;
};
/// Upstream's: 30 s with 2 s of overlap.
inline Tiling upstream_tiling(int64_t sampling_rate) { return {30 * sampling_rate, 2 * sampling_rate}; }

enum class Posterior : uint8_t { mean, sample };

/// Latent frames worth of audio that are computed at a time. Activations of the full-size model take about 30 MB a frame; a card
/// needs more at once than a few cores to be busy. The result does not depend on it.
int64_t piece_frames(DeviceKind device);

struct LatentOptions {
  std::optional<Tiling> tiling{};  ///< none: the whole song at once, exactly, in bounded memory
  Posterior posterior = Posterior::mean;
  uint64_t seed = 0;         ///< with Posterior::sample: latent frame t, channel c draws element t * channels + c of
  uint64_t sample = 0;       ///< the stream {seed, vae_sample, 0, sample}
  int64_t piece_frames = 0;  ///< 0: what suits the stream's device
};

struct OobleckEncode {
  ConstTensor audio;  ///< [audio channels, samples] f32, at the VAE's rate, on the host or on the encoder's device
  LatentOptions options{};
};

/// Latent frames [T, latent channels] f32 on the host; T is about samples / hop.
/// Throws native/audio-too-short (no frame at all), native/tiling-misaligned where upstream's tiles overrun the frames,
/// native/cancelled.
Storage oobleck_encode(const OobleckEncoder& encoder, const OobleckEncode& job, Stream& stream);

/// Throws native/audio-too-short.
[[noreturn]] void audio_too_short(const OobleckConfig& config, int64_t samples);

/// Mean and scale [1, 2 * latent channels, T] of the job's audio in one piece, on the stream's device; tiling and posterior
/// are left to the above. Throws native/audio-too-short.
Storage oobleck_moments(const OobleckEncoder& encoder, const OobleckEncode& job, Stream& stream);

}  // namespace sidestep
