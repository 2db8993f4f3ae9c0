#pragma once
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Gate of a weight-decomposed layer (DoRA, Liu et al. 2024, eq. 5), so that y = z + gate * z with z = x V^T:
///   gate[o] = magnitude[o] / (norm[o] + eps) - 1,  norm[o] = ||V[o, :]||
struct DoraGate {
  ConstTensor magnitude, norm;  ///< [O] f32
  Tensor gate;                  ///< [O] f32, bf16 or f16
  float eps = 0;                ///< 0 in PEFT; the dtype's epsilon in LyCORIS
};
void dora_gate(const DoraGate& op, Stream& stream);

/// dmagnitude[o] += dgate[o] / (norm[o] + eps);  with row_gain given (LyCORIS does not detach the norm):
///   row_gain[o] = -dgate[o] magnitude[o] / ((norm[o] + eps)^2 norm[o]),  so that dV[o, :] += row_gain[o] V[o, :]
struct DoraGateBackward {
  ConstTensor dgate, magnitude, norm;  ///< [O] f32
  Tensor dmagnitude;                   ///< [O] f32, accumulated into
  Tensor row_gain{};                   ///< [O] f32, written, or empty
  float eps = 0;
};
void dora_gate_backward(const DoraGateBackward& op, Stream& stream);

/// y[n, :] = scale[n] * x[n, :]
struct RowScale {
  ConstTensor x;      ///< [N, D] f32, contiguous
  ConstTensor scale;  ///< [N] f32
  Tensor y;           ///< [N, D] f32, contiguous; may alias x
};
void row_scale(const RowScale& op, Stream& stream);

}  // namespace sidestep
