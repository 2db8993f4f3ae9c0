#include "models/oobleck_decode.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "ops/conv.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

/// A transposed convolution of a signal that arrives in pieces.
class UpsampleStream {
 public:
  UpsampleStream(const UpsampleLayer& layer, Device device)
      : layer_(layer), conv_(layer.phases, device), samples_(layer.outputs(), device) {}

  Tensor input(int64_t n, Stream& stream) { return conv_.input(n, stream); }

  /// What is complete [1, O, m]; valid until the next call. The padding at both ends is cut: what may turn out to be of the
  /// second one is held back.
  ConstTensor run(Piece piece, Stream& stream) {
    const int64_t columns = conv_.ready(piece, stream), outputs = layer_.outputs(), stride = layer_.stride;
    samples_.consume(given_);
    if (columns > 0) {
      const Tensor phases = phases_.get(outputs * stride, columns, stream.device());
      conv_.run(phases, stream);
      const Tensor to = samples_.append(columns * stride, stream);
      copy({phases.reshape({outputs, stride, columns}),
            Tensor(to.raw(), DType::f32, {outputs, stride, columns}, {to.stride(1), 1, stride}, to.device())},
           stream);
      if (!begun_) samples_.consume(layer_.padding);
      begun_ = true;
    }
    given_ = std::max<int64_t>(0, samples_.pending() - layer_.padding);
    return samples_.front(given_);
  }

 private:
  UpsampleLayer layer_;
  ConvStream conv_;
  Scratch phases_;
  SignalQueue samples_;
  bool begun_ = false;
  int64_t given_ = 0;  ///< at the front of `samples_`, by the last call
};

class BlockStream {
 public:
  BlockStream(const DecoderBlock& block, Device device) : snake_(block.snake), up_(block.up, device) {
    for (const ResidualUnit& unit : block.units) units_.emplace_back(unit, device);
  }

  ConstTensor push(const ConstTensor& x, Piece piece, Stream& stream) {
    if (x.dim(2) > 0) apply_snake(snake_, x, up_.input(x.dim(2), stream), stream);
    ConstTensor y = up_.run(piece, stream);
    for (UnitStream& unit : units_) y = unit.push(y, piece, stream);
    return y;
  }

 private:
  SnakeLayer snake_;
  UpsampleStream up_;
  std::vector<UnitStream> units_;
};

size_t weight_bytes(const DecoderBlock& block) {
  size_t bytes = block.up.phases.weight.view().bytes();
  for (const ResidualUnit& unit : block.units) bytes += unit.conv1.weight.view().bytes() + unit.conv2.weight.view().bytes();
  return bytes;
}

/// How many inputs of a block go through it together.
int64_t columns_of(const DecoderBlock& block, const DecodePieces& pieces) {
  const int64_t column = block.up.outputs() * block.up.stride * static_cast<int64_t>(sizeof(float));
  return std::max<int64_t>(1, static_cast<int64_t>(std::max(pieces.bytes, weight_bytes(block))) / column);
}

/// Audio samples of so many latent frames. Odd strides lose one at each end of their padding.
int64_t decoded_length(const OobleckDecoder& decoder, int64_t frames) {
  int64_t length = frames;
  for (const DecoderBlock& block : decoder.blocks) length = (length + 1) * block.up.stride - 2 * block.up.padding;
  return length;
}

Error wrong_latents(const OobleckDecoder& decoder, const std::string& expected, const ConstTensor& latents) {
  return {"native/shape-mismatch", "VAE decoder: expected latents " + expected + " of " +
                                       std::to_string(decoder.config.decoder_input_channels) + " channels, found " +
                                       (latents ? latents.shape().to_string() : std::string("nothing"))};
}

/// `body(first, end, piece)` over n elements, `most` at a time. Once, if there are none: the end must be reported.
template <typename Body>
void in_pieces(int64_t n, int64_t most, Piece piece, const Body& body) {
  int64_t first = 0;
  do {
    const int64_t end = std::min(n, first + most);
    body(first, end, end == n ? piece : Piece::middle);
    first = end;
  } while (first < n);
}

}  // namespace

DecodePieces decode_pieces(DeviceKind device) {
  // The largest weights meet the fewest columns: 64 are whole register tiles (ops/gemm_tile.h) and repay reading them.
  return device == DeviceKind::cuda ? DecodePieces{128, size_t{64} << 20} : DecodePieces{64, size_t{1} << 20};
}

struct OobleckDecoderStream::State {
  State(const OobleckDecoder& decoder, const DecodePieces& pieces, Device device)
      : conv1(decoder.conv1, device),
        conv2(decoder.conv2, device),
        snake(decoder.snake),
        channels(decoder.config.audio_channels),
        width(decoder.conv1.weight.view().dim(0)) {
    for (const DecoderBlock& block : decoder.blocks) {
      blocks.emplace_back(block, device);
      columns.push_back(columns_of(block, pieces));
    }
  }

  /// Through block `at` and all behind it, piece by piece.
  void descend(size_t at, const ConstTensor& x, Piece piece, const Sink& sink, Stream& stream) {
    if (at == blocks.size()) return finish(x, piece, sink, stream);
    in_pieces(x.dim(2), columns[at], piece, [&](int64_t first, int64_t end, Piece part) {
      stream.throw_if_cancelled();
      descend(at + 1, blocks[at].push(x.slice(2, first, end), part, stream), part, sink, stream);
    });
  }

  void finish(const ConstTensor& x, Piece piece, const Sink& sink, Stream& stream) {
    if (x.dim(2) > 0) apply_snake(snake, x, conv2.input(x.dim(2), stream), stream);
    const Tensor audio = left.get(channels, conv2.ready(piece, stream), stream.device());
    conv2.run(audio, stream);
    if (audio.dim(2) > 0) sink(audio);
  }

  ConvStream conv1, conv2;
  std::vector<BlockStream> blocks;
  std::vector<int64_t> columns;
  SnakeLayer snake;
  int64_t channels, width;  ///< of the audio, behind conv1
  Scratch entered, left;
};

OobleckDecoderStream::OobleckDecoderStream(const OobleckDecoder& decoder, const DecodePieces& pieces, Device device)
    : state_(std::make_unique<State>(decoder, pieces, device)) {}

OobleckDecoderStream::~OobleckDecoderStream() = default;

void OobleckDecoderStream::push(const ConstTensor& latents, Piece piece, const Sink& sink, Stream& stream) {
  State& s = *state_;
  if (latents.dim(2) > 0) copy({latents, s.conv1.input(latents.dim(2), stream)}, stream);
  const Tensor x = s.entered.get(s.width, s.conv1.ready(piece, stream), stream.device());
  s.conv1.run(x, stream);
  s.descend(0, x, piece, sink, stream);
}

Storage oobleck_decode(const OobleckDecoder& decoder, const ConstTensor& latents, const DecodePieces& pieces, Stream& stream) {
  if (latents.rank() != 3 || latents.dim(1) != decoder.config.decoder_input_channels || latents.dim(2) < 1)
    throw wrong_latents(decoder, "[batch, channels, frames]", latents);
  const Storage audio(DType::f32, {latents.dim(0), decoder.config.audio_channels, decoded_length(decoder, latents.dim(2))},
                      stream.device());
  for (int64_t b = 0; b < latents.dim(0); ++b) {
    OobleckDecoderStream decode(decoder, pieces, stream.device());
    int64_t at = 0;
    const auto keep = [&](const ConstTensor& samples) {
      copy({samples.select(0, 0), audio.tensor().select(0, b).slice(1, at, at + samples.dim(2))}, stream);
      at += samples.dim(2);
    };
    in_pieces(latents.dim(2), pieces.frames, Piece::last, [&](int64_t first, int64_t end, Piece piece) {
      decode.push(latents.slice(0, b, b + 1).slice(2, first, end), piece, keep, stream);
    });
  }
  return audio;
}

namespace {

/// The next samples of all channels, into audio on the host.
void bring(const ConstTensor& samples, int64_t at, const Tensor& audio, Stream& stream) {
  const int64_t n = samples.dim(2);
  for (int64_t c = 0; c < audio.dim(0); ++c)
    transfer({samples.select(0, 0).select(0, c), audio.select(0, c).slice(0, at, at + n)}, stream);
}

}  // namespace

Storage oobleck_decode_song(const OobleckDecoder& decoder, const OobleckDecode& job, Stream& stream) {
  const int64_t channels = decoder.config.decoder_input_channels;
  if (job.latents.rank() != 2 || job.latents.dim(1) != channels || job.latents.dim(0) < 1)
    throw wrong_latents(decoder, "[frames, channels]", job.latents);
  const int64_t frames = job.latents.dim(0);
  DecodePieces pieces = decode_pieces(stream.device().kind);
  if (job.piece_frames > 0) pieces.frames = job.piece_frames;
  const Storage audio(DType::f32, {decoder.config.audio_channels, decoded_length(decoder, frames)});
  OobleckDecoderStream decode(decoder, pieces, stream.device());
  int64_t at = 0;
  const auto keep = [&](const ConstTensor& samples) {
    bring(samples, at, audio.tensor(), stream);
    at += samples.dim(2);
  };
  in_pieces(frames, pieces.frames, Piece::last, [&](int64_t first, int64_t end, Piece piece) {
    const int64_t n = end - first;
    const Storage rows(DType::f32, {n, channels}, stream.device());
    transfer({job.latents.slice(0, first, end), rows.tensor()}, stream);
    const ConstTensor columns(rows.view().raw(), DType::f32, {1, channels, n}, {n * channels, 1, channels}, stream.device());
    decode.push(columns, piece, keep, stream);
    if (job.on_progress) job.on_progress(static_cast<double>(end) / static_cast<double>(frames));
  });
  return audio;
}

}  // namespace sidestep
