#pragma once
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// What a norm adds to its x first, sparing a pass over memory: sum = x + gate[b] * h, rounded as GatedAdd rounds it, or x + h as
/// Add. All else is then said of the sum.
struct AddedFirst {
  ConstTensor h{};     ///< as x; empty: nothing is added
  ConstTensor gate{};  ///< [B, D], rows may be strided, or empty
  Tensor sum{};        ///< as x; may alias x or h
};

/// What a norm's backward pass also does with its result: gated = gate[b] * dx, as GatedAddBackward does, for the branch whose
/// output was added to x.
struct GatedAfter {
  ConstTensor gate{};  ///< [B, D], rows may be strided; empty: nothing
  Tensor gated{};      ///< as dx
};

/// RMSNorm, after Zhang & Sennrich 2019, eq. 4:  y = x / sqrt(mean(x^2) + eps) * weight
/// The quotient is rounded to x's dtype before the weight is applied, as upstream does.
/// Throws native/shape-mismatch and native/dtype-mismatch.
struct RmsNorm {
  ConstTensor x;       ///< [N, D]  f32, bf16 or f16; rows may be strided
  ConstTensor weight;  ///< [D]     same dtype as x
  Tensor y;            ///< [N, D]  same dtype as x; may alias x
  Tensor inv_rms{};    ///< [N]     f32, kept for the backward pass, or empty
  float eps = 1e-6F;
  AddedFirst added{};  ///< B samples of N / B rows
};
void rms_norm(const RmsNorm& op, Stream& stream);

/// dx of RmsNorm (the weight is frozen):  dx = inv_rms * (g - x * inv_rms^2 * mean(g * x)),  g = dy * weight
struct RmsNormBackward {
  ConstTensor dy, x;    ///< [N, D]
  ConstTensor weight;   ///< [D]
  ConstTensor inv_rms;  ///< [N] f32
  Tensor dx;            ///< [N, D]; may alias dy
  float beta = 0;       ///< 1: dx is added to (residual branches)
  GatedAfter after{};   ///< B samples of N / B rows
};
void rms_norm_backward(const RmsNormBackward& op, Stream& stream);

/// AdaLN with RMSNorm, after Peebles & Xie 2023:  y[b,t,:] = rms_norm(x)[b,t,:] * (1 + scale[b,:]) + shift[b,:]
struct ModulatedRmsNorm {
  ConstTensor x;             ///< [B, T, D]
  ConstTensor weight;        ///< [D]
  ConstTensor shift, scale;  ///< [B, D], rows may be strided
  Tensor y;                  ///< [B, T, D]; may alias x
  Tensor inv_rms{};          ///< [B * T] f32, or empty
  float eps = 1e-6F;
  AddedFirst added{};
};
void modulated_rms_norm(const ModulatedRmsNorm& op, Stream& stream);
struct ModulatedRmsNormBackward {
  ConstTensor dy, x;          ///< [B, T, D]
  ConstTensor weight, scale;  ///< [D], [B, D]
  ConstTensor inv_rms;        ///< [B * T] f32
  Tensor dx;                  ///< [B, T, D]; may alias dy
  float beta = 0;             ///< 1: dx is added to
  Tensor dshift{}, dscale{};  ///< [B, D] f32, accumulated into; both or neither
  GatedAfter after{};
};
void modulated_rms_norm_backward(const ModulatedRmsNormBackward& op, Stream& stream);

/// RMSNorm over each head followed by rotary embedding (Su et al. 2021) in half-split form:
///   n = rms_norm(x) * weight;  y = n * cos + rotate_half(n) * sin,  rotate_half([a, b]) = [-b, a]
/// Without tables only the norm is applied (cross-attention). Without a weight only the rotation is.
struct QkNormRope {
  ConstTensor x;             ///< [B, T, H, hd]; hd contiguous, the rest may be strided
  ConstTensor weight{};      ///< [hd] or empty
  ConstTensor cos{}, sin{};  ///< [>= T, hd / 2] f32, or empty
  Tensor y;                  ///< [B, T, H, hd]; may alias x
  Tensor inv_rms{};          ///< [B, T, H] f32 contiguous, or empty
  float eps = 1e-6F;
};
void qk_norm_rope(const QkNormRope& op, Stream& stream);
struct QkNormRopeBackward {
  ConstTensor dy, x;     ///< [B, T, H, hd]; x is the input of the forward op
  ConstTensor weight{};  ///< [hd] or empty
  ConstTensor cos{}, sin{};
  ConstTensor inv_rms{};  ///< [B, T, H] f32; required with weight
  Tensor dx;              ///< [B, T, H, hd]; may alias dy
};
void qk_norm_rope_backward(const QkNormRopeBackward& op, Stream& stream);

/// Euclidean norm of each row, f32 (DoRA): y[n] = ||x[n, :]||
struct RowNorm {
  ConstTensor x;  ///< [N, D]
  Tensor y;       ///< [N] f32
};
void row_norm(const RowNorm& op, Stream& stream);

}  // namespace sidestep
