#pragma once
#include <optional>

#include "core/stream.h"
#include "core/tensor.h"
#include "ops/codes8bit.h"

namespace sidestep {

/// Elements of a row that share a scale.
constexpr int64_t kQuantisedBlock = 64;
/// The code of zero. Codes lie from 1 to 255, as far below it as above.
constexpr int kQuantisedZero = 128;
constexpr int kQuantisedSteps = 127;

constexpr int64_t quantised_blocks(int64_t width) { return (width + kQuantisedBlock - 1) / kQuantisedBlock; }

/// Block-wise absmax quantisation to 8 bits (Dettmers, Lewis, Shleifer, Zettlemoyer 2022, "8-bit Optimizers via Block-wise
/// Quantization", section 2.1) with the even steps of Dettmers, Lewis, Belkada, Zettlemoyer 2022, "LLM.int8()", section 2:
///   scale[r, b] = max |x[r, 64 b … 64 b + 63]| / 127,   codes[r, c] = 128 + round(x[r, c] / scale[r, c / 64])
/// An element is off by at most half a scale: 1/254 of its block's largest. On the host, once, when a model is loaded.
struct Quantise {
  ConstTensor x;  ///< [R, C] f32, bf16 or f16, finite
  Tensor codes;   ///< [R, C] u8
  Tensor scales;  ///< [R, ceil(C / 64)] f32
};
/// Throws native/shape-mismatch, native/dtype-mismatch, and native/weight-nonfinite for a value that is no finite number.
void quantise(const Quantise& op, Stream& host);

/// The way back:  y[r, c] = (codes[r, c] - 128) * scales[r, c / 64], rounded once to y's dtype.
/// Columns of a wider matrix may be taken where they begin at a multiple of 64, with the scales that belong to them.
/// With a format: y[r, c] = (the number that the code is in it) * scales[r], or e4m3's one scale (quantise_rows.h).
/// Throws native/shape-mismatch, native/dtype-mismatch.
struct Dequantise {
  ConstTensor codes;   ///< [R, C] u8; rows may be strided
  ConstTensor scales;  ///< [R, ceil(C / 64)] f32; rows may be strided; with a format [R], or [] of e4m3
  Tensor y;            ///< [R, C] f32, bf16 or f16; rows may be strided
  std::optional<CodeFormat> format{};
};
void dequantise(const Dequantise& op, Stream& stream);

}  // namespace sidestep
