#include "models/oobleck_stream.h"

#include <algorithm>

#include "core/error.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

// Strided layers wait for this many outputs: their weights are the largest of the model and are read once a run.
constexpr int64_t kFewestColumns = 48;

class BlockStream {
 public:
  BlockStream(const EncoderBlock& block, Device device) : block_(&block), down_(block.down, device) {
    for (const ResidualUnit& unit : block.units) units_.emplace_back(unit, device);
  }

  Tensor push(ConstTensor x, Piece piece, Stream& stream) {
    for (UnitStream& unit : units_) x = unit.push(x, piece, stream);
    if (x.dim(2) > 0) apply_snake(block_->snake, x, down_.input(x.dim(2), stream), stream);
    int64_t m = down_.ready(piece, stream);
    if (m < kFewestColumns && piece == Piece::middle) m = 0;
    const Tensor y = output_.get(block_->down.weight.view().dim(0), m, stream.device());
    down_.run(y, stream);
    return y;
  }

 private:
  const EncoderBlock* block_;
  std::vector<UnitStream> units_;
  ConvStream down_;
  Scratch output_;
};

/// Audio [C, n] to where the model is. Between memories whole rows move: a piece of a song is no block of it.
void bring(const ConstTensor& audio, const Tensor& to, Stream& stream) {
  if (audio.device() == stream.device()) return copy({audio, to}, stream);
  for (int64_t channel = 0; channel < audio.dim(0); ++channel)
    transfer({audio.select(0, channel), to.select(0, channel)}, stream);
}

Storage copy_of(const ConstTensor& x, Stream& stream) {
  Storage result(x.dtype(), x.shape(), stream.device());
  if (x.numel() > 0) copy({x, result.tensor()}, stream);
  return result;
}

}  // namespace

struct OobleckEncoderStream::State {
  State(const OobleckEncoder& model, Device device) : encoder(&model), conv1(model.conv1, device), conv2(model.conv2, device) {
    for (const EncoderBlock& block : model.blocks) blocks.emplace_back(block, device);
  }
  const OobleckEncoder* encoder;
  ConvStream conv1, conv2;
  std::vector<BlockStream> blocks;
  Scratch first, last;
  Taps* taps = nullptr;
};

OobleckEncoderStream::OobleckEncoderStream(const OobleckEncoder& encoder, Device device)
    : state_(std::make_unique<State>(encoder, device)) {}

OobleckEncoderStream::~OobleckEncoderStream() = default;

void OobleckEncoderStream::record(Taps* taps) { state_->taps = taps; }

Tensor OobleckEncoderStream::push(const ConstTensor& audio, Piece piece, Stream& stream) {
  State& s = *state_;
  const OobleckConfig& config = s.encoder->config;
  if (audio.rank() != 2 || audio.dim(0) != config.audio_channels) {
    throw Error("native/shape-mismatch", "VAE encoder: expected audio [" + std::to_string(config.audio_channels) +
                                             ", samples], found " + audio.shape().to_string());
  }
  const int64_t n = audio.dim(1);
  if (n > 0) bring(audio, s.conv1.input(n, stream).select(0, 0), stream);
  Tensor x = s.first.get(config.encoder_hidden_size, s.conv1.ready(piece, stream), stream.device());
  s.conv1.run(x, stream);
  if (s.taps != nullptr) s.taps->conv1 = copy_of(x, stream);
  for (BlockStream& block : s.blocks) {
    stream.throw_if_cancelled();
    x = block.push(x, piece, stream);
    if (s.taps != nullptr) s.taps->blocks.push_back(copy_of(x, stream));
  }
  if (x.dim(2) > 0) apply_snake(s.encoder->snake, x, s.conv2.input(x.dim(2), stream), stream);
  const Tensor moments = s.last.get(config.encoder_hidden_size, s.conv2.ready(piece, stream), stream.device());
  s.conv2.run(moments, stream);
  return moments;
}

}  // namespace sidestep
