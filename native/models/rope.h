#pragma once
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Rotary tables (Su et al. 2021): cos and sin of position * theta^(-2i/hd), positions from 0. Angles are computed in
/// double and rounded once. Grows to the longest length asked for.
class RopeTable {
 public:
  RopeTable() = default;
  RopeTable(int64_t head_dim, double theta) : head_dim_(head_dim), theta_(theta) {}

  /// Makes rows 0 … length-1 available on the stream's device.
  void ensure(int64_t length, Stream& stream);
  ConstTensor cos() const { return cos_.view(); }  ///< [>= length, hd / 2] f32
  ConstTensor sin() const { return sin_.view(); }
  size_t bytes() const { return cos_ ? 2 * cos_.tensor().bytes() : 0; }

 private:
  int64_t head_dim_ = 0;
  double theta_ = 0;
  Storage cos_, sin_;
};

}  // namespace sidestep
