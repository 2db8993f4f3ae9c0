#include "models/song_encoder.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "audio/loudness.h"
#include "core/error.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

void check_audio(const ConstTensor& audio) {
  if (audio.rank() != 2 || audio.dtype() != DType::f32 || audio.dim(0) < 1 || audio.dim(1) < 1 || !audio.contiguous()) {
    throw Error("native/audio-invalid", "Expected decoded audio F32 [channels, samples] but found " +
                                            std::string(dtype_name(audio.dtype())) + " " + audio.shape().to_string());
  }
  const auto* x = audio.data<float>();
  for (int64_t i = 0; i < audio.numel(); ++i) {
    if (std::isfinite(x[i])) continue;
    throw Error("native/audio-invalid", "Audio sample " + std::to_string(i % audio.dim(1)) + " of channel " +
                                            std::to_string(i / audio.dim(1)) + " is not a finite number",
                "The file is damaged; decode it anew.");
  }
}

float level_gain(const EncodeSong& job, const ConstTensor& audio, int64_t sample_rate) {
  if (job.normalize == Normalize::none) return 1.F;
  audio::LoudnessMeter meter(sample_rate, audio.dim(0));
  meter.push(audio);
  return job.normalize == Normalize::peak ? audio::peak_gain(meter.peak(), job.peak_target)
                                          : audio::loudness_gain(meter, job.loudness_target);
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

}  // namespace

Storage prepare_song(const EncodeSong& job, const OobleckConfig& config, ThreadPool& pool) {
  check_audio(job.audio);
  const int64_t rate = config.sampling_rate;
  const Storage resampled = job.sample_rate == rate
                                ? Storage()
                                : audio::resample(job.audio, job.sample_rate, rate, job.resample_filter, pool);
  const ConstTensor at_rate = resampled ? resampled.view() : job.audio;
  int64_t samples = at_rate.dim(1);
  if (job.max_duration > 0) {
    samples = std::min(samples, static_cast<int64_t>(job.max_duration * static_cast<double>(rate)));
  }
  Storage song = with_channels(at_rate, config.audio_channels, samples);
  const float gain = level_gain(job, song.view(), rate);
  if (gain != 1.F) {
    auto* x = song.tensor().data<float>();
    for (int64_t i = 0; i < song.tensor().numel(); ++i) x[i] *= gain;
  }
  return song;
}

Storage encode_song(const OobleckEncoder& encoder, const EncodeSong& job, Stream& stream) {
  const Storage song = prepare_song(job, encoder.config, stream.pool());
  OobleckEncode encode{.audio = song.view(), .tiling = job.tiling};
  encode.posterior = job.posterior;
  encode.seed = job.seed;
  encode.sample = job.sample;
  encode.on_progress = job.on_progress;
  return oobleck_encode(encoder, encode, stream);
}

}  // namespace sidestep
