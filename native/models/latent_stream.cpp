#include "models/latent_stream.h"

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

namespace {

/// Python's int(round(x)): halves go to the even neighbour.
int64_t rounded(double x) { return static_cast<int64_t>(std::nearbyint(x)); }

/// Audio samples of a song: the tile's own, and those with what overlaps on both sides.
struct Tile {
  int64_t core_begin, core_end, window_begin, window_end;
};

/// Tile `index`, where the song goes on at least to `samples`.
Tile tile_at(int64_t index, int64_t samples, const Tiling& tiling) {
  const int64_t stride = tiling.chunk_size - 2 * tiling.overlap;
  const int64_t begin = index * stride, end = std::min(begin + stride, samples);
  return {begin, end, std::max<int64_t>(0, begin - tiling.overlap), std::min(samples, end + tiling.overlap)};
}

void check(const Tiling& tiling) {
  if (tiling.overlap >= 0 && tiling.chunk_size > 2 * tiling.overlap) return;
  throw Error("native/argument-invalid", "VAE tiles: expected a chunk size of more than twice the overlap, found " +
                                             std::to_string(tiling.chunk_size) + " and " + std::to_string(tiling.overlap));
}

[[noreturn]] void misaligned(const Tiling& tiling, int64_t hop, int64_t room, int64_t found) {
  throw Error("native/tiling-misaligned",
              "VAE tiles of " + std::to_string(tiling.chunk_size) + " audio samples with an overlap of " +
                  std::to_string(tiling.overlap) + " leave room for " + std::to_string(room) +
                  " latent frames in their last tile but it has " + std::to_string(found) + ".",
              "Choose a chunk size and an overlap that are multiples of " + std::to_string(hop) + ".");
}

void bring(const ConstTensor& audio, const Tensor& to, Stream& stream) {
  if (audio.device() == stream.device()) return copy({audio, to}, stream);
  for (int64_t channel = 0; channel < audio.dim(0); ++channel)
    transfer({audio.select(0, channel), to.select(0, channel)}, stream);
}

/// Latent frames from moments, in order, on the host.
class LatentFrames {
 public:
  LatentFrames(int64_t channels, const LatentOptions& options) : channels_(channels), options_(options) {}

  int64_t count() const { return count_; }

  /// moments [1, 2 * channels, m]: mean in the first half, scale in the second.
  void add(const ConstTensor& moments, Stream& stream) {
    const int64_t frames = moments.dim(2);
    if (frames == 0) return;
    const Storage noise = options_.posterior == Posterior::sample ? posterior_noise(frames, stream) : Storage();
    Storage latents(DType::f32, {1, channels_, frames}, stream.device());
    gaussian_sample({moments.slice(1, 0, channels_), moments.slice(1, channels_, 2 * channels_), noise.view(), latents.tensor()},
                    stream);
    Storage transposed(DType::f32, {frames, channels_}, stream.device());
    copy({latents.view().select(0, 0).transposed(0, 1), transposed.tensor()}, stream);
    pieces_.push_back(stream.device().kind == DeviceKind::cpu ? transposed : to_host(transposed.view(), stream));
    count_ += frames;
  }

  Storage joined() const {
    Storage all(DType::f32, {count_, channels_}, pieces_.front().view().device());
    if (all.view().device().kind == DeviceKind::plan) return all;
    float* to = all.tensor().data<float>();
    for (const Storage& piece : pieces_) to = std::copy_n(piece.view().data<float>(), piece.view().numel(), to);
    return all;
  }

 private:
  /// Noise [1, C, m]: keyed by frame first, so that a longer song begins with the same draws.
  Storage posterior_noise(int64_t frames, Stream& stream) const {
    Storage host(DType::f32, {1, channels_, frames});
    const RandomKey key{options_.seed, Purpose::vae_sample, 0, options_.sample};
    for (int64_t t = 0; t < frames; ++t) {
      for (int64_t c = 0; c < channels_; ++c) {
        host.tensor().data<float>()[c * frames + t] = normal(key, static_cast<uint64_t>((count_ + t) * channels_ + c));
      }
    }
    if (stream.device().kind == DeviceKind::cpu) return host;
    Storage device(DType::f32, host.view().shape(), stream.device());
    transfer({host.view(), device.tensor()}, stream);
    return device;
  }

  int64_t channels_ = 0, count_ = 0;
  LatentOptions options_;
  std::vector<Storage> pieces_;
};

}  // namespace

struct LatentStream::State {
  State(const OobleckEncoder& model, const LatentOptions& given, Stream& stream)
      : encoder(&model),
        options(given),
        queue(model.config.audio_channels, stream.device()),
        frames(model.config.latent_channels(), given) {
    if (options.piece_frames == 0) options.piece_frames = piece_frames(stream.device().kind);
  }

  /// Whole pieces; the last one stays until it is known to be the last.
  void encode_directly(Piece piece, Stream& stream) {
    if (!direct) direct.emplace(*encoder, stream.device());
    const int64_t at_once = options.piece_frames * encoder->config.hop();
    while (queue.pending() > at_once || (piece == Piece::last && queue.pending() > 0)) {
      const int64_t n = std::min(at_once, queue.pending());
      const bool ends = piece == Piece::last && n == queue.pending();
      frames.add(direct->push(queue.front(n).select(0, 0), ends ? Piece::last : Piece::middle, stream), stream);
      queue.consume(n);
    }
  }

  /// Whether all samples of tile `next_tile` are there.
  bool tile_ready(Piece piece) const {
    const int64_t begin = next_tile * (options.tiling->chunk_size - 2 * options.tiling->overlap);
    return piece == Piece::last ? begin < received : received >= begin + options.tiling->chunk_size - options.tiling->overlap;
  }

  /// As upstream's tiled encode: each tile's share of frames is cut by rounding, with the samples-per-frame of the first tile.
  void encode_tiles(Piece piece, Stream& stream) {
    for (; tile_ready(piece); ++next_tile) {
      const Tile tile = tile_at(next_tile, received, *options.tiling);
      const int64_t passed = received - queue.pending(), width = tile.window_end - tile.window_begin;
      const Tensor window = queue.front(tile.window_end - passed).slice(2, tile.window_begin - passed, tile.window_end - passed);
      const Storage moments =
          oobleck_moments(*encoder, {.audio = window.select(0, 0), .options = {.piece_frames = options.piece_frames}}, stream);
      const int64_t found = moments.view().dim(2);
      if (next_tile == 0) samples_per_frame = static_cast<double>(width) / static_cast<double>(found);
      const int64_t first = rounded(static_cast<double>(tile.core_begin - tile.window_begin) / samples_per_frame);
      const int64_t last = found - rounded(static_cast<double>(tile.window_end - tile.core_end) / samples_per_frame);
      const int64_t count = std::max<int64_t>(0, last - std::min(first, found));
      counts.push_back(count);
      if (count > 0) frames.add(moments.view().slice(2, first, last), stream);
      const int64_t next_window = std::max<int64_t>(0, tile.core_end - options.tiling->overlap);
      queue.consume(std::min(queue.pending(), next_window - passed));
    }
  }

  /// Upstream writes the tiles into as many frames as the whole song has.
  void expect_room() const {
    int64_t room = rounded(static_cast<double>(received) / samples_per_frame);
    for (const int64_t count : counts) {
      if (count > room) misaligned(*options.tiling, encoder->config.hop(), room, count);
      room -= count;
    }
  }

  bool tiled() const { return options.tiling && received > options.tiling->chunk_size; }

  const OobleckEncoder* encoder;
  LatentOptions options;
  SignalQueue queue;  ///< audio [1, C, n] at the device
  LatentFrames frames;
  int64_t received = 0;
  std::optional<OobleckEncoderStream> direct;
  int64_t next_tile = 0;
  double samples_per_frame = 0;
  std::vector<int64_t> counts;  ///< frames of each tile
};

LatentStream::LatentStream(const OobleckEncoder& encoder, const LatentOptions& options, Stream& stream)
    : state_(std::make_unique<State>(encoder, options, stream)) {}

LatentStream::~LatentStream() = default;

void LatentStream::push(const ConstTensor& audio, Stream& stream) {
  State& s = *state_;
  if (audio.rank() != 2 || audio.dim(0) != s.encoder->config.audio_channels) {
    throw Error("native/shape-mismatch", "VAE encoder: expected audio [" + std::to_string(s.encoder->config.audio_channels) +
                                             ", samples], found " + audio.shape().to_string());
  }
  if (audio.dim(1) == 0) return;
  bring(audio, s.queue.append(audio.dim(1), stream).select(0, 0), stream);
  s.received += audio.dim(1);
  if (!s.options.tiling) return s.encode_directly(Piece::middle, stream);
  if (!s.tiled()) return;
  check(*s.options.tiling);
  s.encode_tiles(Piece::middle, stream);
}

Storage LatentStream::finish(Stream& stream) {
  State& s = *state_;
  if (s.tiled()) {
    s.encode_tiles(Piece::last, stream);
    s.expect_room();
  } else {
    s.encode_directly(Piece::last, stream);
  }
  if (s.frames.count() == 0) audio_too_short(s.encoder->config, s.received);
  return s.frames.joined();
}

}  // namespace sidestep
