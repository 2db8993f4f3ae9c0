#pragma once
#include <cstdint>

#include "simt/half.h"

struct __half {
  sidestep::simt::Half value;
  __half() = default;
  __half(float v) : value(static_cast<sidestep::simt::Half>(v)) {}
  operator float() const { return static_cast<float>(value); }
};
struct alignas(4) __half2 {
  __half x, y;
};
inline float __half2float(__half v) { return v; }
inline __half __float2half_rn(float v) { return v; }
inline __half2 __floats2half2_rn(float low, float high) { return {low, high}; }
