#pragma once
#include "core/stream.h"
#include "core/tensor.h"
#include "ops/codes8bit.h"

namespace sidestep {

/// Product of 8-bit codes, both operands with the sum's direction dense:
///   c[m, n] = a_scales[m] b_scales[n] sum_k a[m, k] b[n, k] + beta c[m, n] [+ bias[n]]
/// int8: the sum is an integer and exact. e4m3: products are exact, sums are rounded as the backend adds them; an operand has one
/// scale. FLOPs: 2 M N K. Throws native/shape-mismatch, native/dtype-mismatch, native/argument-invalid for a sum that could leave
/// 32 bits.
struct Gemm8bit {
  CodeFormat format = CodeFormat::int8;
  ConstTensor a;           ///< [M, K] u8; rows may be strided, as b's and c's
  ConstTensor a_scales;    ///< [M] f32, of e4m3 []
  ConstTensor b;           ///< [N, K] u8
  ConstTensor b_scales{};  ///< [N] f32, of e4m3 []; or empty: ones
  Tensor c;                ///< [M, N] f32, bf16 or f16
  float beta = 0;          ///< 0: c is not read
  ConstTensor bias{};      ///< [N] f32 or c's dtype, or empty
};
void gemm8bit(const Gemm8bit& op, Stream& stream);

/// The longest sum of products of int8 codes that 32 bits hold for certain: 2^31 / 127^2, in round figures.
constexpr int64_t kLongestInt8Sum = 131072;

}  // namespace sidestep
