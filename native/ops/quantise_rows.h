#pragma once
#include <vector>

#include "core/stream.h"
#include "core/tensor.h"
#include "ops/codes8bit.h"

namespace sidestep {

/// What goes into a product of 8-bit codes (gemm8bit.h), quantised on the way to it.
///   int8: scales[r] = max |x[r, :] f| / 127, one a row (Dettmers, Lewis, Belkada, Zettlemoyer 2022, "LLM.int8()", section 2)
///   e4m3: scales[0] = max |x f| / 448 for all rows (Micikevicius et al. 2022, "FP8 Formats for Deep Learning", section 3.2)
///   codes[r, c] = x[r, c] f[c] / scale, rounded to the format's nearest number, ties to even
/// Rows with an infinite value or NaN have a scale of that kind, and codes of zero.
struct QuantiseRows {
  ConstTensor x;          ///< [R, C] f32, bf16 or f16; rows may be strided
  ConstTensor factors{};  ///< f [C] f32, or empty: ones
  CodeFormat format = CodeFormat::int8;
  Tensor codes;   ///< [R, C] u8, contiguous
  Tensor scales;  ///< [R] f32, of e4m3 []
};
/// Throws native/shape-mismatch, native/dtype-mismatch.
void quantise_rows(const QuantiseRows& op, Stream& stream);

/// Frozen weights as codes, on the host, once, when a model is loaded. Matrices of one width, one below the other in `codes`.
/// int8: a scale a row. e4m3: all rows of all matrices share one.
struct QuantiseWeights {
  std::vector<ConstTensor> matrices;  ///< each [R_i, C] f32, bf16 or f16
  CodeFormat format = CodeFormat::int8;
  Tensor codes;   ///< [sum R_i, C] u8
  Tensor scales;  ///< [sum R_i] f32, of e4m3 []
};
/// Throws native/shape-mismatch, native/dtype-mismatch, and native/weight-nonfinite for a value that is no finite number.
void quantise_weights(const QuantiseWeights& op, Stream& host);

}  // namespace sidestep
