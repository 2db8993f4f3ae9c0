#include "models/oobleck_encode.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/philox.h"
#include "models/oobleck_stream.h"
#include "ops/conv.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"

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

/// Python's int(round(x)): halves go to the even neighbour.
int64_t rounded(double x) { return static_cast<int64_t>(std::nearbyint(x)); }

struct Tile {
  int64_t core_begin, core_end, window_begin, window_end;
};

Tile tile_at(int64_t index, int64_t samples, const Tiling& tiling) {
  const int64_t stride = tiling.chunk_size - 2 * tiling.overlap;
  const int64_t begin = index * stride, end = std::min(begin + stride, samples);
  return {begin, end, std::max<int64_t>(0, begin - tiling.overlap), std::min(samples, end + tiling.overlap)};
}

[[noreturn]] void misaligned(const Tiling& tiling, int64_t hop, int64_t room, int64_t found) {
  throw Error("native/tiling-misaligned",
              "VAE tiles of " + std::to_string(tiling.chunk_size) + " audio samples with an overlap of " +
                  std::to_string(tiling.overlap) + " leave room for " + std::to_string(room) +
                  " latent frames in their last tile but it has " + std::to_string(found) + ".",
              "Choose a chunk size and an overlap that are multiples of " + std::to_string(hop) + ".");
}

/// As upstream's tiled encode: each tile's share of frames is cut by rounding, with the samples-per-frame of the first tile.
Storage tiled_moments(const OobleckEncoder& encoder, const OobleckEncode& job, Stream& stream) {
  const Tiling tiling = *job.tiling;
  const int64_t samples = job.audio.dim(1), stride = tiling.chunk_size - 2 * tiling.overlap;
  if (tiling.overlap < 0 || stride < 1) {
    throw Error("native/argument-invalid", "VAE tiles: expected a chunk size of more than twice the overlap, found " +
                                               std::to_string(tiling.chunk_size) + " and " + std::to_string(tiling.overlap));
  }
  const int64_t tiles = (samples + stride - 1) / stride;
  Collected frames;
  double samples_per_frame = 0;
  int64_t total = 0;
  for (int64_t i = 0; i < tiles; ++i) {
    const Tile tile = tile_at(i, samples, tiling);
    const int64_t width = tile.window_end - tile.window_begin;
    const Storage moments = oobleck_moments(
        encoder, {.audio = job.audio.slice(1, tile.window_begin, tile.window_end), .piece_frames = job.piece_frames}, stream);
    const int64_t found = moments.view().dim(2);
    if (i == 0) {
      samples_per_frame = static_cast<double>(width) / static_cast<double>(found);
      total = rounded(static_cast<double>(samples) / samples_per_frame);
    }
    const int64_t first = rounded(static_cast<double>(tile.core_begin - tile.window_begin) / samples_per_frame);
    const int64_t last = found - rounded(static_cast<double>(tile.window_end - tile.core_end) / samples_per_frame);
    const int64_t count = std::max<int64_t>(0, last - std::min(first, found));
    const int64_t room = std::max<int64_t>(0, total - frames.total());
    if (count > room) misaligned(tiling, encoder.config.hop(), room, count);
    if (count > 0) frames.add(moments.view().slice(2, first, last), stream);
    if (job.on_progress) job.on_progress(static_cast<double>(i + 1) / static_cast<double>(tiles));
  }
  return frames.joined(encoder.config.encoder_hidden_size, frames.total(), stream);
}

/// Noise [1, C, T] of the posterior: keyed by frame first, so that a longer song begins with the same draws.
Storage posterior_noise(const OobleckEncode& job, int64_t channels, int64_t frames, Stream& stream) {
  Storage host(DType::f32, {1, channels, frames});
  const RandomKey key{job.seed, Purpose::vae_sample, 0, job.sample};
  for (int64_t t = 0; t < frames; ++t) {
    for (int64_t c = 0; c < channels; ++c) {
      host.tensor().data<float>()[c * frames + t] = normal(key, static_cast<uint64_t>(t * channels + c));
    }
  }
  if (stream.device().kind == DeviceKind::cpu) return host;
  Storage device(DType::f32, host.view().shape(), stream.device());
  transfer({host.view(), device.tensor()}, stream);
  return device;
}

}  // namespace

Storage oobleck_moments(const OobleckEncoder& encoder, const OobleckEncode& job, Stream& stream) {
  OobleckEncoderStream encode(encoder, stream.device());
  Collected frames;
  const ConstTensor& audio = job.audio;
  const int64_t at_once = job.piece_frames > 0 ? job.piece_frames : piece_frames(stream.device().kind);
  const int64_t samples = audio.dim(1), piece = at_once * encoder.config.hop();
  for (int64_t begin = 0; begin < samples; begin += piece) {
    const int64_t end = std::min(samples, begin + piece);
    frames.add(encode.push(audio.slice(1, begin, end), end == samples ? Piece::last : Piece::middle, stream), stream);
    if (job.on_progress) job.on_progress(static_cast<double>(end) / static_cast<double>(samples));
  }
  if (frames.total() == 0) {
    throw Error("native/audio-too-short",
                "VAE encoder: expected audio for at least one latent frame (about " + std::to_string(encoder.config.hop()) +
                    " samples), found " + std::to_string(samples),
                "Remove this file from the dataset, or pad it with silence.");
  }
  return frames.joined(encoder.config.encoder_hidden_size, frames.total(), stream);
}

Storage oobleck_encode(const OobleckEncoder& encoder, const OobleckEncode& job, Stream& stream) {
  if (job.audio.rank() != 2) {
    throw Error("native/shape-mismatch", "VAE encoder: expected audio [channels, samples], found " + job.audio.shape().to_string());
  }
  const bool tiled = job.tiling && job.audio.dim(1) > job.tiling->chunk_size;
  const Storage moments = tiled ? tiled_moments(encoder, job, stream) : oobleck_moments(encoder, job, stream);
  const int64_t channels = encoder.config.latent_channels(), frames = moments.view().dim(2);
  const ConstTensor mean = moments.view().slice(1, 0, channels), scale = moments.view().slice(1, channels, 2 * channels);
  const Storage noise =
      job.posterior == Posterior::sample ? posterior_noise(job, channels, frames, stream) : Storage();
  Storage latents(DType::f32, {1, channels, frames}, stream.device());
  gaussian_sample({mean, scale, noise.view(), latents.tensor()}, stream);
  Storage transposed(DType::f32, {frames, channels}, stream.device());
  copy({latents.view().select(0, 0).transposed(0, 1), transposed.tensor()}, stream);
  return stream.device().kind == DeviceKind::cpu ? transposed : to_host(transposed.view(), stream);
}

}  // namespace sidestep
