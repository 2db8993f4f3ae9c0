#include "models/song_encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/error.h"

namespace sidestep {

namespace {

void check_audio(const ConstTensor& audio, int64_t before) {
  if (audio.rank() != 2 || audio.dtype() != DType::f32 || audio.dim(0) < 1 || audio.dim(1) < 1 || !audio.contiguous()) {
    throw Error("native/audio-invalid", "Expected decoded audio F32 [channels, samples] but found " +
                                            std::string(dtype_name(audio.dtype())) + " " + audio.shape().to_string());
  }
  const auto* x = audio.data<float>();
  for (int64_t i = 0; i < audio.numel(); ++i) {
    if (std::isfinite(x[i])) continue;
    throw Error("native/audio-invalid",
                "Audio sample " + std::to_string(before + i % audio.dim(1)) + " of channel " + std::to_string(i / audio.dim(1)) +
                    " is not a finite number",
                "The file is damaged; decode it again.");
  }
}

/// The first `samples` of the wanted channels; channel c of the result is channel min(c, last) of the source.
Storage with_channels(const ConstTensor& audio, int64_t channels, int64_t samples) {
  Storage result(DType::f32, {channels, samples});
  for (int64_t c = 0; c < channels; ++c) {
    const float* from = audio.data<float>() + std::min(c, audio.dim(0) - 1) * audio.stride(0);
    std::copy_n(from, samples, result.tensor().data<float>() + c * samples);
  }
  return result;
}

/// [C, n] and [C, m] to [C, n + m].
Storage joined(const Storage& a, const Storage& b) {
  const int64_t channels = b.view().dim(0), n = a.view().dim(1), m = b.view().dim(1);
  Storage all(DType::f32, {channels, n + m});
  for (int64_t c = 0; c < channels; ++c) {
    float* to = std::copy_n(a.view().data<float>() + c * n, n, all.tensor().data<float>() + c * (n + m));
    std::copy_n(b.view().data<float>() + c * m, m, to);
  }
  return all;
}

int64_t longest(double max_duration, int64_t rate) {
  if (max_duration <= 0) return std::numeric_limits<int64_t>::max();
  return static_cast<int64_t>(max_duration * static_cast<double>(rate));
}

}  // namespace

SongSound::SongSound(const OobleckConfig& config, const SongOptions& options)
    : rate_(config.sampling_rate),
      channels_(config.audio_channels),
      filter_(options.resample_filter),
      left_(longest(options.max_duration, config.sampling_rate)) {}

Storage SongSound::push(const SongPiece& piece, ThreadPool& pool) {
  check_audio(piece.audio, received_);
  received_ += piece.audio.dim(1);
  Storage before(DType::f32, {channels_, 0});
  if (piece.sample_rate != source_rate_) {
    before = finish(pool);
    source_rate_ = piece.sample_rate;
    if (source_rate_ != rate_) resampler_.emplace(audio::ResampleSpec{source_rate_, rate_, channels_, filter_});
  }
  const Storage audio = with_channels(piece.audio, channels_, piece.audio.dim(1));
  const Storage at_rate = kept(resampler_ ? resampler_->push(audio.view(), pool) : audio);
  return before.view().dim(1) == 0 ? at_rate : joined(before, at_rate);
}

Storage SongSound::finish(ThreadPool& pool) {
  if (!resampler_) return Storage(DType::f32, {channels_, 0});
  const Storage tail = resampler_->finish(pool);
  resampler_.reset();
  return kept(tail);
}

/// No more than the longest duration has room for.
Storage SongSound::kept(const Storage& audio) {
  const int64_t samples = std::min(audio.view().dim(1), left_);
  left_ -= samples;
  return samples == audio.view().dim(1) ? audio : with_channels(audio.view(), channels_, samples);
}

SongLevel::SongLevel(const OobleckConfig& config, const SongOptions& options)
    : options_(options), sound_(config, options), meter_(config.sampling_rate, config.audio_channels) {}

void SongLevel::push(const SongPiece& piece, ThreadPool& pool) { meter_.push(sound_.push(piece, pool).view()); }

float SongLevel::gain(ThreadPool& pool) {
  meter_.push(sound_.finish(pool).view());
  switch (options_.normalize) {
    case Normalize::none: return 1.F;
    case Normalize::peak: return audio::peak_gain(meter_.peak(), options_.peak_target);
    case Normalize::loudness: return audio::loudness_gain(meter_, options_.loudness_target);
  }
  return 1.F;
}

SongEncoder::SongEncoder(const OobleckEncoder& encoder, const SongOptions& options, float gain, Stream& stream)
    : sound_(encoder.config, options), latents_(encoder, options.latents, stream), gain_(gain) {}

void SongEncoder::push(const SongPiece& piece, Stream& stream) { encode(sound_.push(piece, stream.pool()), stream); }

Storage SongEncoder::finish(Stream& stream) {
  encode(sound_.finish(stream.pool()), stream);
  return latents_.finish(stream);
}

void SongEncoder::encode(const Storage& audio, Stream& stream) {
  if (audio.view().dim(1) == 0) return;
  if (gain_ == 1.F) return latents_.push(audio.view(), stream);
  Storage scaled = with_channels(audio.view(), audio.view().dim(0), audio.view().dim(1));
  auto* x = scaled.tensor().data<float>();
  for (int64_t i = 0; i < scaled.tensor().numel(); ++i) x[i] *= gain_;
  latents_.push(scaled.view(), stream);
}

Storage encode_song(const OobleckEncoder& encoder, const SongPiece& song, const SongOptions& options, Stream& stream) {
  float gain = 1.F;
  if (options.normalize != Normalize::none) {
    SongLevel level(encoder.config, options);
    level.push(song, stream.pool());
    gain = level.gain(stream.pool());
  }
  SongEncoder song_encoder(encoder, options, gain, stream);
  song_encoder.push(song, stream);
  return song_encoder.finish(stream);
}

}  // namespace sidestep
