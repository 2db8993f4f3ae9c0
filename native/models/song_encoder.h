#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "audio/loudness.h"
#include "audio/resample.h"
#include "models/latent_stream.h"

namespace sidestep {

/// What happens to a song's level before it is encoded.
enum class Normalize : uint8_t { none, peak, loudness };

struct SongOptions {
  audio::ResampleFilter resample_filter = audio::ResampleFilter::soxr_hq;
  double max_duration = 0;  ///< seconds kept, 0: all
  Normalize normalize = Normalize::none;
  double peak_target = -1;       ///< dBFS, with Normalize::peak
  double loudness_target = -14;  ///< LUFS, with Normalize::loudness
  LatentOptions latents{};
};

/// Decoded sound on the host: [channels, samples] f32, -1 to 1.
struct SongPiece {
  ConstTensor audio;
  int64_t sample_rate = 48000;
};

/// Decoded sound that arrives in pieces, as the VAE hears it, the way upstream's preprocessing does it: resample, duplicate mono,
/// keep the first two channels of more, cut to the longest duration. Rate and channels may change between pieces, as they do in
/// files that were joined. The result does not depend on how the sound is cut.
class SongSound {
 public:
  SongSound(const OobleckConfig& config, const SongOptions& options);

  /// What this piece completes, [audio channels, m] f32 at the VAE's rate, m >= 0. Throws native/audio-invalid (no channel, no
  /// sample, NaN or infinity) and what Resampler throws.
  Storage push(const SongPiece& piece, ThreadPool& pool);
  /// What was still inside.
  Storage finish(ThreadPool& pool);

 private:
  Storage kept(const Storage& audio);

  int64_t rate_, channels_;
  audio::ResampleFilter filter_;
  int64_t left_;  ///< audio samples until the longest duration
  int64_t received_ = 0;
  int64_t source_rate_ = 0;
  std::optional<audio::Resampler> resampler_;
};

/// The factor that normalisation multiplies a song with: it needs the whole song before the first sample can be encoded, so the
/// song is decoded twice and never held.
class SongLevel {
 public:
  SongLevel(const OobleckConfig& config, const SongOptions& options);
  void push(const SongPiece& piece, ThreadPool& pool);
  float gain(ThreadPool& pool);

 private:
  SongOptions options_;
  SongSound sound_;
  audio::LoudnessMeter meter_;
};

/// From a decoded song in pieces to latent frames.
class SongEncoder {
 public:
  /// `encoder` must outlive this.
  SongEncoder(const OobleckEncoder& encoder, const SongOptions& options, float gain, Stream& stream);
  /// Throws what SongSound and LatentStream throw.
  void push(const SongPiece& piece, Stream& stream);
  /// [T, latent channels] f32 on the host.
  Storage finish(Stream& stream);

 private:
  void encode(const Storage& audio, Stream& stream);

  SongSound sound_;
  LatentStream latents_;
  float gain_;
};

/// All at once: latent frames [T, latent channels] f32 on the host.
Storage encode_song(const OobleckEncoder& encoder, const SongPiece& song, const SongOptions& options, Stream& stream);

}  // namespace sidestep
