#include "models/oobleck_stream.h"

#include <algorithm>

#include "core/error.h"
#include "ops/conv.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

// Strided layers wait for this many outputs: their weights are the largest of the model and are read once a run.
constexpr int64_t kFewestColumns = 48;

/// Memory that grows to the largest size asked for and is used again.
class Scratch {
 public:
  Tensor get(int64_t channels, int64_t n, Device device) {
    if (!memory_ || memory_.tensor().numel() < channels * n) memory_ = Storage(DType::f32, {channels * std::max<int64_t>(n, 1)}, device);
    return memory_.tensor().slice(0, 0, channels * n).reshape({1, channels, n});
  }

 private:
  Storage memory_;
};

void apply_snake(const SnakeLayer& layer, const ConstTensor& x, const Tensor& y, Stream& stream) {
  if (x.dim(2) > 0) snake({x, layer.alpha.view(), layer.beta.view(), y}, stream);
}

class UnitStream {
 public:
  UnitStream(const ResidualUnit& unit, Device device)
      : unit_(&unit), conv1_(unit.conv1, device), conv2_(unit.conv2, device), residual_(unit.conv2.weight.view().dim(0), device) {}

  Tensor push(const ConstTensor& x, Piece piece, Stream& stream) {
    const int64_t n = x.dim(2), channels = x.dim(1);
    if (n > 0) {
      copy({x, residual_.append(n, stream)}, stream);
      apply_snake(unit_->snake1, x, conv1_.input(n, stream), stream);
    }
    const int64_t m = conv1_.ready(piece, stream);
    const Tensor y = output_.get(channels, m, stream.device());
    if (m == 0) return y;
    const Tensor inner = conv2_.input(m, stream);
    conv1_.run(inner, stream);
    apply_snake(unit_->snake2, inner, inner, stream);
    conv2_.ready(piece, stream);
    const Tensor product = product_.get(channels, m, stream.device());
    conv2_.run(product, stream);
    copy({residual_.front(m), y}, stream);
    residual_.consume(m);
    add({y, product, y}, stream);
    return y;
  }

 private:
  const ResidualUnit* unit_;
  ConvStream conv1_, conv2_;
  SignalQueue residual_;
  Scratch output_, product_;
};

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

Tensor SignalQueue::append(int64_t n, Stream& stream) {
  const int64_t kept = pending(), capacity = memory_ ? memory_.tensor().dim(2) : 0;
  if (end_ + n > capacity) {
    if (begin_ >= kept && kept + n <= capacity) {  // what is pending moves to the front without touching itself
      if (kept > 0) copy({front(kept), memory_.tensor().slice(2, 0, kept)}, stream);
    } else {
      Storage next(DType::f32, {1, channels_, kept + n + n / 8 + 64}, device_);
      if (kept > 0) copy({front(kept), next.tensor().slice(2, 0, kept)}, stream);
      memory_ = next;
    }
    begin_ = 0;
    end_ = kept;
  }
  end_ += n;
  return memory_.tensor().slice(2, end_ - n, end_);
}

void SignalQueue::append_zeros(int64_t n, Stream& stream) {
  if (n > 0) fill({append(n, stream), 0}, stream);
}

ConvStream::ConvStream(const ConvLayer& layer, Device device) : layer_(layer), queue_(layer.weight.view().dim(1), device) {}

Tensor ConvStream::input(int64_t n, Stream& stream) {
  if (state_ == State::fresh) {
    queue_.append_zeros(layer_.padding, stream);
    state_ = State::running;
  }
  return queue_.append(n, stream);
}

int64_t ConvStream::ready(Piece piece, Stream& stream) {
  if (piece == Piece::last && state_ == State::running) {
    queue_.append_zeros(layer_.padding, stream);
    state_ = State::ended;
  }
  const int64_t reach = queue_.pending() - layer_.dilation * (layer_.taps() - 1) - 1;
  return reach < 0 ? 0 : reach / layer_.stride + 1;
}

void ConvStream::run(const Tensor& y, Stream& stream) {
  const int64_t m = y.dim(2);
  if (m == 0) return;
  const int64_t needed = (m - 1) * layer_.stride + layer_.dilation * (layer_.taps() - 1) + 1;
  conv1d({queue_.front(needed), layer_.weight.view(), layer_.bias.view(), y, layer_.stride, 0, layer_.dilation}, stream);
  queue_.consume(std::min(queue_.pending(), m * layer_.stride));
}

struct OobleckEncoderStream::State {
  State(const OobleckEncoder& model, Device device)
      : encoder(&model), conv1(model.conv1, device), conv2(model.conv2, device) {
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
