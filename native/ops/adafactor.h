#pragma once
#include <vector>

#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Adafactor (Shazeer & Stern 2018) without relative steps, parameter scaling or momentum, as
/// transformers.optimization.Adafactor computes it:
///   b = 1 - step^decay_rate;  u = g^2 + eps;  row = b row + (1-b) mean_j u;  col = b col + (1-b) mean_i u
///   update = g / sqrt(row col / mean(row));  update /= max(1, rms(update) / clip_threshold);  p -= lr (wd p + update)
/// A parameter of rank 0 or 1 keeps the whole second moment. One of rank 3 is a batch of matrices over its first dimension.
struct Adafactor {
  std::vector<Tensor> params;      ///< f32, [..., R, C] or [N] or []
  std::vector<ConstTensor> grads;  ///< f32, like params
  std::vector<Tensor> row;         ///< f32, [..., R] if factored, else like params: the whole second moment
  std::vector<Tensor> col;         ///< f32, [..., C] if factored, else empty
  double learning_rate = 0, decay_rate = -0.8, eps = 1e-30, clip_threshold = 1, weight_decay = 0;
  int64_t step = 1;       ///< counts from 1
  ConstTensor proceed{};  ///< [1] u8: where given and 0, nothing is done
};
void adafactor(const Adafactor& op, Stream& stream);

/// Shapes of the state that a parameter needs; `col` has no elements for an unfactored one.
struct AdafactorShapes {
  Shape row, col;
};
AdafactorShapes adafactor_shapes(const Shape& param);

}  // namespace sidestep
