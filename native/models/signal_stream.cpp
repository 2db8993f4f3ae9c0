#include "models/signal_stream.h"

#include <algorithm>

#include "core/memory.h"
#include "ops/conv.h"
#include "ops/elementwise.h"

namespace sidestep {

namespace {

/// Not filled: zeros would cost as much as a pass of a small layer over it.
Storage uninitialised(const Shape& shape, Device device) {
  return {allocate(device, static_cast<size_t>(shape.numel()) * sizeof(float)), DType::f32, shape, device};
}

}  // namespace

Tensor SignalQueue::append(int64_t n, Stream& stream) {
  const int64_t kept = pending(), capacity = memory_ ? memory_.tensor().dim(2) : 0;
  if (end_ + n > capacity) {
    if (begin_ >= kept && kept + n <= capacity) {  // what is pending moves to the front without touching itself
      if (kept > 0) copy({front(kept), memory_.tensor().slice(2, 0, kept)}, stream);
    } else {
      const Storage next = uninitialised({1, channels_, kept + n + n / 8 + 64}, device_);
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

Tensor Scratch::get(int64_t channels, int64_t n, Device device) {
  if (!memory_ || memory_.tensor().numel() < channels * n) memory_ = uninitialised({channels * std::max<int64_t>(n, 1)}, device);
  return memory_.tensor().slice(0, 0, channels * n).reshape({1, channels, n});
}

void apply_snake(const SnakeLayer& layer, const ConstTensor& x, const Tensor& y, Stream& stream) {
  if (x.dim(2) > 0) snake({x, layer.alpha.view(), layer.beta.view(), y}, stream);
}

UnitStream::UnitStream(const ResidualUnit& unit, Device device)
    : unit_(unit), conv1_(unit.conv1, device), conv2_(unit.conv2, device), residual_(unit.conv2.weight.view().dim(0), device) {}

Tensor UnitStream::push(const ConstTensor& x, Piece piece, Stream& stream) {
  const int64_t n = x.dim(2), channels = x.dim(1);
  if (n > 0) {
    copy({x, residual_.append(n, stream)}, stream);
    apply_snake(unit_.snake1, x, conv1_.input(n, stream), stream);
  }
  const int64_t m = conv1_.ready(piece, stream);
  const Tensor y = output_.get(channels, m, stream.device());
  if (m == 0) return y;
  const Tensor inner = conv2_.input(m, stream);
  conv1_.run(inner, stream);
  apply_snake(unit_.snake2, inner, inner, stream);
  conv2_.ready(piece, stream);
  const Tensor product = product_.get(channels, m, stream.device());
  conv2_.run(product, stream);
  copy({residual_.front(m), y}, stream);
  residual_.consume(m);
  add({y, product, y}, stream);
  return y;
}

}  // namespace sidestep
