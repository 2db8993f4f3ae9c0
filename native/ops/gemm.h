#pragma once
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

enum class Transpose : uint8_t { no, yes };

/// General matrix product, BLAS convention:  c = alpha * op(a) op(b) + beta * c [+ bias per column]
/// Rank-3 operands are batches over the first dimension; an operand whose first stride is 0 is shared by the batch.
/// The last dimension of every operand is contiguous; rows may be strided. Accumulates in f32.
/// A 16-bit b beside an f32 a (frozen weights as they are stored) gives the bits of a b widened beforehand, unless the engine was
/// built with a BLAS: large f32 products are that one's, these are always the engine's own.
/// FLOPs: 2 G M N K. The order of summation depends on shapes only, never on threads.
/// Throws native/shape-mismatch, native/dtype-mismatch.
struct Gemm {
  ConstTensor a;  ///< [G?, M, K], or [G?, K, M] if trans_a   f32, bf16 or f16
  ConstTensor b;  ///< [G?, K, N], or [G?, N, K] if trans_b   same dtype as a; on a CPU also 16 bits beside an f32 a
  Tensor c;       ///< [G?, M, N]  same dtype as a, or f32; must not alias a or b
  Transpose trans_a = Transpose::no;
  Transpose trans_b = Transpose::no;
  float alpha = 1;
  float beta = 0;      ///< 0: c is not read
  ConstTensor bias{};  ///< [N] or empty
};
void gemm(const Gemm& op, Stream& stream);

}  // namespace sidestep
