#include "models/oobleck_encode.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "models/latent_stream.h"
#include "models/oobleck_stream.h"
#include "ops/elementwise.h"

namespace sidestep {

int64_t piece_frames(DeviceKind device) { return device == DeviceKind::cuda ? 32 : 8; }

namespace {

/// Frames [1, C, m] of several pieces, one behind the other.
class Collected {
 public:
  void add(const ConstTensor& frames, Stream& stream) {
    if (frames.dim(2) == 0) return;
    Storage piece(DType::f32, frames.shape(), stream.device());
    copy({frames, piece.tensor()}, stream);
    pieces_.push_back(piece);
    total_ += frames.dim(2);
  }
  int64_t total() const { return total_; }
  /// `frames` of them: those missing are zeros, those too many are an error of the caller.
  Storage joined(int64_t channels, int64_t frames, Stream& stream) const {
    Storage all(DType::f32, {1, channels, frames}, stream.device());
    int64_t at = 0;
    for (const Storage& piece : pieces_) {
      const int64_t n = piece.view().dim(2);
      copy({piece.view(), all.tensor().slice(2, at, at + n)}, stream);
      at += n;
    }
    return all;
  }

 private:
  std::vector<Storage> pieces_;
  int64_t total_ = 0;
};

}  // namespace

void audio_too_short(const OobleckConfig& config, int64_t samples) {
  throw Error("native/audio-too-short",
              "VAE encoder: expected audio for at least one latent frame (about " + std::to_string(config.hop()) +
                  " samples), found " + std::to_string(samples),
              "Remove this file from the dataset, or pad it with silence.");
}

Storage oobleck_moments(const OobleckEncoder& encoder, const OobleckEncode& job, Stream& stream) {
  OobleckEncoderStream encode(encoder, stream.device());
  Collected frames;
  const ConstTensor& audio = job.audio;
  const int64_t at_once = job.options.piece_frames > 0 ? job.options.piece_frames : piece_frames(stream.device().kind);
  const int64_t samples = audio.dim(1), piece = at_once * encoder.config.hop();
  for (int64_t begin = 0; begin < samples; begin += piece) {
    const int64_t end = std::min(samples, begin + piece);
    frames.add(encode.push(audio.slice(1, begin, end), end == samples ? Piece::last : Piece::middle, stream), stream);
  }
  if (frames.total() == 0) audio_too_short(encoder.config, samples);
  return frames.joined(encoder.config.encoder_hidden_size, frames.total(), stream);
}

Storage oobleck_encode(const OobleckEncoder& encoder, const OobleckEncode& job, Stream& stream) {
  if (job.audio.rank() != 2) {
    throw Error("native/shape-mismatch",
                "VAE encoder: expected audio [channels, samples], found " + job.audio.shape().to_string());
  }
  LatentStream latents(encoder, job.options, stream);
  const int64_t second = encoder.config.sampling_rate, samples = job.audio.dim(1);
  for (int64_t begin = 0; begin < samples; begin += second)
    latents.push(job.audio.slice(1, begin, std::min(samples, begin + second)), stream);
  return latents.finish(stream);
}

}  // namespace sidestep
