#pragma once
#include <cstdint>
#include <cstring>

struct __nv_bfloat16 {
  uint16_t bits;
  __nv_bfloat16() = default;
  __nv_bfloat16(float v) {  // to the nearest, ties to even
    uint32_t word;
    std::memcpy(&word, &v, 4);
    if ((word & 0x7fffffffU) > 0x7f800000U)
      bits = 0x7fff;
    else
      bits = static_cast<uint16_t>((word + 0x7fffU + (word >> 16 & 1U)) >> 16);
  }
  operator float() const {
    const uint32_t word = static_cast<uint32_t>(bits) << 16;
    float v;
    std::memcpy(&v, &word, 4);
    return v;
  }
};
struct alignas(4) __nv_bfloat162 {
  __nv_bfloat16 x, y;
};
inline float __bfloat162float(__nv_bfloat16 v) { return v; }
inline __nv_bfloat16 __float2bfloat16_rn(float v) { return v; }
inline __nv_bfloat162 __floats2bfloat162_rn(float low, float high) { return {low, high}; }
