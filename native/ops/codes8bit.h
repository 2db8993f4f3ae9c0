#pragma once
// The two 8-bit number formats that tensor cores multiply. Shared by all backends: every function gives the same bits on each.
#include <bit>
#include <cstdint>
#include <limits>

#include "core/tensor.h"

namespace sidestep {

/// `int8`: two's complement, -127 … 127, summed in 32-bit integers. `e4m3`: floating point of the Open Compute Project (OCP 8-bit
/// Floating Point Specification, revision 1.0): four bits of exponent, bias 7, three of significand; no infinity, 0x7f is NaN.
enum class CodeFormat : uint8_t { int8, e4m3 };

constexpr float kLargestInt8 = 127;
constexpr float kLargestE4m3 = 448;
constexpr float largest_code(CodeFormat format) { return format == CodeFormat::int8 ? kLargestInt8 : kLargestE4m3; }

/// Of an operand of so many rows: int8 has a scale a row, e4m3 one for all.
inline Shape scale_shape(CodeFormat format, int64_t rows) { return format == CodeFormat::int8 ? Shape{rows} : Shape(); }

/// The compute capability from which on tensor cores multiply such codes, ten times it.
constexpr int least_capability(CodeFormat format) { return format == CodeFormat::int8 ? 80 : 89; }

/// v rounded to the nearest e4m3, ties to even; beyond the largest one it is that one. NaN stays NaN.
constexpr uint8_t to_e4m3(float v) {
  const uint32_t bits = std::bit_cast<uint32_t>(v), magnitude = bits & 0x7fffffffU, sign = bits >> 24 & 0x80U;
  if (magnitude > 0x7f800000U) return static_cast<uint8_t>(sign | 0x7fU);
  if (magnitude >= 0x43e00000U) return static_cast<uint8_t>(sign | 0x7eU);  // 448
  uint32_t code = 0;
  if (magnitude >= 0x3c800000U) {  // 2^-6, the smallest normal one
    code = (magnitude + 0x7ffffU + (magnitude >> 20 & 1U) - (120U << 23)) >> 20;
  } else {
    const uint32_t dropped = 141 - (magnitude >> 23);  // bits below 2^-9, the unit of subnormal ones
    const uint32_t significand = (magnitude & 0x7fffffU) | 0x800000U;
    if (dropped <= 24) code = (significand + (1U << (dropped - 1)) - 1 + (significand >> dropped & 1U)) >> dropped;
  }
  return static_cast<uint8_t>(sign | (code < 0x7eU ? code : 0x7eU));
}

/// Exact.
constexpr float from_e4m3(uint8_t code) {
  const uint32_t exponent = code >> 3 & 15U, significand = code & 7U, sign = static_cast<uint32_t>(code & 0x80U) << 24;
  if ((code & 0x7fU) == 0x7fU) return std::numeric_limits<float>::quiet_NaN();
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 120) << 23 | significand << 20);
  const float magnitude = static_cast<float>(significand) * 0x1p-9F;
  return sign != 0 ? -magnitude : magnitude;
}

/// The number that a code is.
constexpr float code_value(uint8_t code, CodeFormat format) {
  return format == CodeFormat::e4m3 ? from_e4m3(code) : static_cast<float>(static_cast<int8_t>(code));
}

/// What codes are multiplied with, and what values are multiplied with to become codes.
struct CodeScale {
  float scale = 0, inverse = 0;
};
/// Of values the largest magnitude of which is the float with these bits. Where one is no finite number the scale is none either
/// and the codes are zeros, so that a product with them is NaN; where all are next to nothing both are 0.
constexpr CodeScale code_scale(uint32_t largest_bits, CodeFormat format) {
  const float largest = std::bit_cast<float>(largest_bits);
  if (largest_bits >= 0x7f800000U) return {largest, 0};
  if (largest < 0x1p-100F) return {0, 0};
  return {largest / largest_code(format), largest_code(format) / largest};
}
/// The bits of |v|. As integers they are ordered as the magnitudes are, infinity above every number and NaN above that.
constexpr uint32_t magnitude_bits(float v) { return std::bit_cast<uint32_t>(v) & 0x7fffffffU; }

}  // namespace sidestep
