#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sidestep {

/// Element types. Computation happens in f32 (and bf16/f16 on CUDA); f64 appears in reference data only.
enum class DType : uint8_t { f32, bf16, f16, f64, i64, i32, u8, boolean };

size_t dtype_size(DType dtype);
/// The name safetensors uses: "F32", "BF16", …
std::string_view dtype_name(DType dtype);

/// bfloat16 as stored: the upper half of an IEEE float.
struct bf16_t {
  uint16_t bits;
};
/// IEEE half precision as stored.
struct f16_t {
  uint16_t bits;
};

inline float to_float(bf16_t v) { return std::bit_cast<float>(static_cast<uint32_t>(v.bits) << 16); }

/// Round to nearest even, NaN kept quiet: what PyTorch's `.to(bfloat16)` does.
inline bf16_t to_bf16(float v) {
  uint32_t u = std::bit_cast<uint32_t>(v);
  if ((u & 0x7fffffffU) > 0x7f800000U) return {static_cast<uint16_t>((u >> 16) | 0x40U)};
  u += 0x7fffU + ((u >> 16) & 1U);
  return {static_cast<uint16_t>(u >> 16)};
}

float to_float(f16_t v);
/// Round to nearest even; overflow becomes infinity.
f16_t to_f16(float v);

template <typename T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::f32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::f64;
};
template <>
struct DTypeOf<bf16_t> {
  static constexpr DType value = DType::bf16;
};
template <>
struct DTypeOf<f16_t> {
  static constexpr DType value = DType::f16;
};
template <>
struct DTypeOf<int64_t> {
  static constexpr DType value = DType::i64;
};
template <>
struct DTypeOf<int32_t> {
  static constexpr DType value = DType::i32;
};
template <>
struct DTypeOf<uint8_t> {
  static constexpr DType value = DType::u8;
};

}  // namespace sidestep
