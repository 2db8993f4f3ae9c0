#pragma once
// The autoencoder's layers over signals that arrive in pieces: what its encoder and its decoder are made of.
#include <cstdint>

#include "core/stream.h"
#include "core/tensor.h"
#include "models/oobleck.h"

namespace sidestep {

/// Whether more input will follow; the last piece is padded with zeros as the whole signal would be.
enum class Piece : uint8_t { middle, last };

/// A signal [1, C, …] of unknown length between two layers: appended at its end, consumed at its front. Memory is what is
/// pending, not what has passed.
class SignalQueue {
 public:
  SignalQueue() = default;
  SignalQueue(int64_t channels, Device device) : channels_(channels), device_(device) {}

  int64_t pending() const { return end_ - begin_; }
  /// Room for n more elements, uninitialised; valid until the next call of append.
  Tensor append(int64_t n, Stream& stream);
  void append_zeros(int64_t n, Stream& stream);
  Tensor front(int64_t n) const { return memory_.tensor().slice(2, begin_, begin_ + n); }
  void consume(int64_t n) { begin_ += n; }

 private:
  int64_t channels_ = 0, begin_ = 0, end_ = 0;
  Device device_{};
  Storage memory_;
};

/// A convolution applied to a signal that arrives in pieces: the concatenated outputs equal those of the whole signal, bit
/// for bit, because every output is computed from the same inputs in the same order.
class ConvStream {
 public:
  ConvStream(const ConvLayer& layer, Device device);
  /// Where the next n input elements go.
  Tensor input(int64_t n, Stream& stream);
  /// Outputs that can be computed now; asks for the padding at the end once the piece is the last.
  int64_t ready(Piece piece, Stream& stream);
  /// Computes the next y.dim(2) outputs, at most ready().
  void run(const Tensor& y, Stream& stream);

 private:
  ConvLayer layer_;
  SignalQueue queue_;
  enum class State : uint8_t { fresh, running, ended } state_ = State::fresh;
};

/// Memory that grows to the largest size asked for and is used again.
class Scratch {
 public:
  /// [1, channels, n], uninitialised; valid until the next call.
  Tensor get(int64_t channels, int64_t n, Device device);

 private:
  Storage memory_;
};

/// Nothing where there are no elements.
void apply_snake(const SnakeLayer& layer, const ConstTensor& x, const Tensor& y, Stream& stream);

/// A residual unit applied to a signal that arrives in pieces.
class UnitStream {
 public:
  UnitStream(const ResidualUnit& unit, Device device);
  /// The outputs that are complete [1, C, m], m >= 0; valid until the next call.
  Tensor push(const ConstTensor& x, Piece piece, Stream& stream);

 private:
  ResidualUnit unit_;
  ConvStream conv1_, conv2_;
  SignalQueue residual_;
  Scratch output_, product_;
};

}  // namespace sidestep
