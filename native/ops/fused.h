#pragma once
// a * b + c, rounded once, for a float and for the vectors of the including file's instruction set. Asked for by name and never
// left to the compiler (-ffp-contract=off): that is what makes a sum the same bits in vectors of 4, 8 and 16. Only the baseline
// of x86-64 has no such instruction; its results are of their own (`cpu::arithmetic`).
// Internal linkage on purpose: the linker must never merge two instruction sets' versions.
#include <type_traits>

#if defined(__AVX512F__) || defined(__FMA__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace sidestep {
namespace {

template <typename V>
[[gnu::always_inline]] inline V fused(V a, V b, V c) {
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64) return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#endif
#if defined(__FMA__)
  if constexpr (std::is_same_v<V, float>) return __builtin_fmaf(a, b, c);
  if constexpr (sizeof(V) == 32) return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__aarch64__)
  if constexpr (std::is_same_v<V, float>) return __builtin_fmaf(a, b, c);
  if constexpr (sizeof(V) == 16) return (V)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return a * b + c;
#endif
}

}  // namespace
}  // namespace sidestep
