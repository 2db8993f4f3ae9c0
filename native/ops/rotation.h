#pragma once
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Skew-symmetric matrices from their strict upper triangles in row-major order, as PEFT's OFT stores them:
///   q[b, i, j] = v,  q[b, j, i] = -v  for i < j
struct SkewSymmetric {
  ConstTensor vector;  ///< [B, n (n - 1) / 2] f32
  Tensor q;            ///< [B, n, n] f32
};
void skew_symmetric(const SkewSymmetric& op, Stream& stream);

/// dvector[b, (i, j)] += dq[b, i, j] - dq[b, j, i]
struct SkewSymmetricBackward {
  ConstTensor dq;  ///< [B, n, n] f32
  Tensor dvector;  ///< [B, n (n - 1) / 2] f32, accumulated into
};
void skew_symmetric_backward(const SkewSymmetricBackward& op, Stream& stream);

/// inverse[b] = (I + q[b])^-1, for the exact Cayley transform. I + q is always invertible: q's eigenvalues are imaginary.
/// Gauss-Jordan elimination in f64.
struct CayleyInverse {
  ConstTensor q;   ///< [B, n, n] f32, skew-symmetric
  Tensor inverse;  ///< [B, n, n] f32
};
void cayley_inverse(const CayleyInverse& op, Stream& stream);

/// Constrained OFT: each row, as the skew matrix it stands for, is shortened to Frobenius norm eps / sqrt(B) if longer.
struct ProjectRotation {
  Tensor vector;  ///< [B, n (n - 1) / 2] f32, in place
  double eps = 6e-5;
};
void project_rotation(const ProjectRotation& op, Stream& stream);

}  // namespace sidestep
