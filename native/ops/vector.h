#pragma once
// Vectors of the widest kind the including file is compiled for. A kernel is written once against these names in a
// `*_kernels.h` and compiled once per instruction set (kernels_portable.cpp, kernels_avx2.cpp, kernels_avx512.cpp).
// Everything here has internal linkage on purpose: the linker must never merge two instruction sets' versions.
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/dtype.h"
#include "ops/fused.h"

#if defined(__AVX512F__) || defined(__F16C__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace sidestep {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

typedef float Vec __attribute__((vector_size(kLanes * 4)));
typedef int32_t VecInt __attribute__((vector_size(kLanes * 4)));
typedef uint32_t VecBits __attribute__((vector_size(kLanes * 4)));
typedef uint16_t VecHalf __attribute__((vector_size(kLanes * 2)));

/// v in every lane: v - 0 is v, also for -0.
inline Vec splat(float v) { return v - Vec{}; }

inline Vec fused(Vec a, float b, Vec c) { return fused(a, splat(b), c); }
inline Vec fused(Vec a, float b, float c) { return fused(a, splat(b), splat(c)); }
inline Vec fused(Vec a, Vec b, float c) { return fused(a, b, splat(c)); }

// -- Loads and stores: any alignment, arithmetic always in f32 whatever is stored.

inline Vec load(const float* p) {
  Vec v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

inline void store(float* p, Vec v) { std::memcpy(p, &v, sizeof v); }

inline Vec load(const bf16_t* p) {
  VecHalf half;
  std::memcpy(&half, p, sizeof half);
  return (Vec)(__builtin_convertvector(half, VecBits) << 16);
}

/// Round to nearest even, NaN kept quiet, as to_bf16.
inline void store(bf16_t* p, Vec v) {
  const VecBits u = (VecBits)v;
  const VecBits rounded = u + 0x7fffU + ((u >> 16) & 1U);
  const VecBits quiet = u | 0x400000U;
  const VecBits bits = (v != v) ? quiet : rounded;
  const VecHalf half = __builtin_convertvector(bits >> 16, VecHalf);
  std::memcpy(p, &half, sizeof half);
}

#if defined(__AVX512F__)
// The forms with a full mask: GCC 12 warns of uninitialised operands inside the plain ones.
inline Vec load(const f16_t* p) {
  return (Vec)_mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
inline void store(f16_t* p, Vec v) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_maskz_cvtps_ph(0xffff, (__m512)v, _MM_FROUND_TO_NEAREST_INT));
}
#elif defined(__F16C__) && defined(__AVX2__)
inline Vec load(const f16_t* p) { return (Vec)_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }
inline void store(f16_t* p, Vec v) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph((__m256)v, _MM_FROUND_TO_NEAREST_INT));
}
#elif defined(__aarch64__)
inline Vec load(const f16_t* p) {
  uint16x4_t half;
  std::memcpy(&half, p, sizeof half);
  return (Vec)vcvt_f32_f16(vreinterpret_f16_u16(half));
}
inline void store(f16_t* p, Vec v) {
  const uint16x4_t half = vreinterpret_u16_f16(vcvt_f16_f32((float32x4_t)v));
  std::memcpy(p, &half, sizeof half);
}
#else
inline Vec load(const f16_t* p) {
  Vec v;
  for (int i = 0; i < kLanes; ++i) v[i] = to_float(p[i]);
  return v;
}
inline void store(f16_t* p, Vec v) {
  for (int i = 0; i < kLanes; ++i) p[i] = to_f16(v[i]);
}
#endif

/// The first n elements (n < kLanes), zeros behind them; none for n below 1.
template <typename T>
inline Vec load_first(const T* p, int64_t n) {
  T buffer[kLanes] = {};
  if (n > 0) std::memcpy(buffer, p, static_cast<size_t>(n) * sizeof(T));
  return load(buffer);
}

template <typename T>
inline void store_first(T* p, Vec v, int64_t n) {
  T buffer[kLanes];
  store(buffer, v);
  std::memcpy(p, buffer, static_cast<size_t>(n) * sizeof(T));
}

template <typename T>
inline Vec load_up_to(const T* p, int64_t n) {
  return n >= kLanes ? load(p) : load_first(p, n);
}

template <typename T>
inline void store_up_to(T* p, Vec v, int64_t n) {
  if (n >= kLanes)
    store(p, v);
  else
    store_first(p, v, n);
}

/// What storing as T and loading again gives.
template <typename T>
inline Vec rounded_to(Vec v) {
  if constexpr (sizeof(T) == 4) {
    return v;
  } else {
    T buffer[kLanes];
    store(buffer, v);
    return load(buffer);
  }
}

// -- Reductions, in one order whatever the width of vectors: sums run in 16 lanes, lane i over elements i, i + 16, …, and the
// upper half joins the lower one until one lane is left, all of it in registers.

/// Vectors that hold 16 lanes.
constexpr int kParts = 16 / kLanes;

typedef float Vec4 __attribute__((vector_size(16)));

template <typename Join>
inline float fold(Vec4 v, Join join) {
  return join(join(v[0], v[2]), join(v[1], v[3]));
}
#if defined(__AVX2__)
typedef float Vec8 __attribute__((vector_size(32)));

template <typename Join>
inline float fold(Vec8 v, Join join) {
  return fold(join((Vec4)_mm256_castps256_ps128((__m256)v), (Vec4)_mm256_extractf128_ps((__m256)v, 1)), join);
}
#endif
#if defined(__AVX512F__)
template <typename Join>
inline float fold(Vec v, Join join) {
  return fold(join((Vec8)_mm512_castps512_ps256((__m512)v), (Vec8)_mm512_maskz_extractf32x8_ps(0xff, (__m512)v, 1)), join);
}
#endif

/// The sum of 16 lanes.
template <int parts>
inline float sum(const Vec (&lanes)[parts]) {
  const auto join = [](auto a, auto b) { return a + b; };
  if constexpr (parts == 1)
    return fold(lanes[0], join);
  else if constexpr (parts == 2)
    return fold(lanes[0] + lanes[1], join);
  else
    return fold((lanes[0] + lanes[2]) + (lanes[1] + lanes[3]), join);
}

/// A sum over n elements in 16 lanes: add(total, i, count) adds elements i … i + kLanes - 1, of which `count` exist, to a vector.
/// What is beyond the last element adds zeros to its lanes, on every instruction set alike.
template <typename Add>
inline float sum_in_lanes(int64_t n, const Add& add) {
  Vec totals[kParts]{};
  for (int64_t i = 0; i < n; i += 16) {
    for (int part = 0; part < kParts; ++part) add(totals[part], i + part * kLanes, n - i - part * kLanes);
  }
  return sum(totals);
}

template <typename T>
inline T larger(T a, T b) {
  return a > b ? a : b;
}
template <typename T>
inline T smaller(T a, T b) {
  return a < b ? a : b;
}
// One instruction each, which GCC 12 does not make of the above: b where the two are equal or one is NaN, just so.
#if defined(__AVX512F__)
inline Vec larger(Vec a, Vec b) { return (Vec)_mm512_maskz_max_ps(0xffff, (__m512)a, (__m512)b); }
inline Vec smaller(Vec a, Vec b) { return (Vec)_mm512_maskz_min_ps(0xffff, (__m512)a, (__m512)b); }
#elif defined(__AVX2__)
inline Vec larger(Vec a, Vec b) { return (Vec)_mm256_max_ps((__m256)a, (__m256)b); }
inline Vec smaller(Vec a, Vec b) { return (Vec)_mm256_min_ps((__m256)a, (__m256)b); }
#endif

/// NaN if lane 0 holds one; others may be passed over.
inline float largest(Vec v) {
  return fold(v, [](auto a, auto b) { return larger(b, a); });
}

// -- Functions.

/// f(0), f(1), … f(n - 1), each with its index as a constant from the start: GCC 12 keeps an array in memory whose indices
/// become constants only by unrolling.
template <int n, typename F>
[[gnu::always_inline]] inline void for_each_of(const F& f) {
  [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) { (f(std::integral_constant<int, i>()), ...); }
  (std::make_integer_sequence<int, n>());
}

/// What exponentials() may be asked for.
enum class Arguments : uint8_t { any, below_89 };

constexpr float kVanishing = -104.F;  // e^-104 is below half the smallest subnormal
constexpr float kOverflowing = 89.F;  // e^89 is infinity

/// x where its exponential is neither 0 nor infinity. AVX-512 has a scaling that leaves out what vanishes, whatever it is given.
template <Arguments arguments>
inline Vec bounded(Vec x) {
  if constexpr (arguments == Arguments::any) x = smaller(splat(kOverflowing), x);
#if !defined(__AVX512F__)
  x = larger(splat(kVanishing), x);
#endif
  return x;
}

/// p * 2^n, where n is the integer that `shifted` holds in its low bits; 0 where x vanishes, as all of attention's hidden keys
/// do, and nothing that underflows is computed there: some processors leave their fast path for it.
inline Vec times_power_of_2(Vec p, [[maybe_unused]] Vec shifted, [[maybe_unused]] Vec n, Vec x) {
#if defined(__AVX512F__)
  return (Vec)_mm512_maskz_scalef_ps(_mm512_cmp_ps_mask((__m512)x, (__m512)splat(kVanishing), _CMP_NLT_UQ), (__m512)p, (__m512)n);
#else
  const VecInt whole = (VecInt)shifted - 0x4B400000, half = whole >> 1;
  const Vec first = (Vec)(((half + 127) << 23) & ~(x < kVanishing)), second = (Vec)((whole - half + 127) << 23);
  return p * first * second;
#endif
}

/// x = e^x within 1 ulp where the result is normal: x = n ln 2 + r with |r| <= ln 2 / 2, Taylor polynomial of degree 7 for e^r
/// (remainder r^8 / 8! < 6e-9), then 2^n in two factors so that subnormals and infinity come out right. NaN stays NaN.
/// Step by step for several vectors: one alone is a chain of 14 operations, of which each waits for the one before.
template <Arguments arguments, int count>
[[gnu::always_inline]] inline void exponentials(Vec (&x)[count]) {
  constexpr float kRound = 12582912.F;  // 1.5 * 2^23: adding it rounds to an integer, kept in the low bits
  const auto each = [](const auto& f) __attribute__((always_inline)) { for_each_of<count>(f); };
  Vec r[count], shifted[count], n[count], p[count];
  each([&](auto i) { r[i] = bounded<arguments>(x[i]); });
  each([&](auto i) { shifted[i] = fused(r[i], 1.44269504F, kRound); });
  each([&](auto i) { n[i] = shifted[i] - kRound; });
  // ln 2 as a sum of two floats; n * 0.693359375 is exact.
  each([&](auto i) { r[i] = fused(n[i], -0.693359375F, r[i]); });
  each([&](auto i) { r[i] = fused(n[i], 2.12194440e-4F, r[i]); });
  each([&](auto i) { p[i] = fused(r[i], 1.F / 5040, 1.F / 720); });
  each([&](auto i) { p[i] = fused(p[i], r[i], 1.F / 120); });
  each([&](auto i) { p[i] = fused(p[i], r[i], 1.F / 24); });
  each([&](auto i) { p[i] = fused(p[i], r[i], 1.F / 6); });
  each([&](auto i) { p[i] = fused(p[i], r[i], 0.5F); });
  each([&](auto i) { p[i] = fused(p[i], r[i] * r[i], r[i]); });
  each([&](auto i) { p[i] = p[i] + 1.F; });
  each([&](auto i) { x[i] = times_power_of_2(p[i], shifted[i], n[i], x[i]); });
}

inline Vec exp(Vec x) {
  Vec alone[1]{x};
  exponentials<Arguments::any>(alone);
  return alone[0];
}

inline Vec sigmoid(Vec x) { return 1.F / (1.F + exp(-x)); }

/// sin(z)^2 with absolute error near 1e-7: z is reduced by multiples of pi (three floats), the sign does not matter.
inline Vec sin_squared(Vec z) {
  constexpr float kRound = 12582912.F;
  const Vec n = fused(z, 0.318309886F, kRound) - kRound;
  // pi = 3.140625 + 9.67502593994140625e-4 + 1.50995799e-7; the first two products are exact for |n| < 2^11.
  Vec r = fused(n, -3.140625F, z);
  r = fused(n, -9.67502593994140625e-4F, r);
  r = fused(n, -1.509957990978376432e-7F, r);
  const Vec r2 = r * r;
  // Taylor series of sin(r) / r up to r^14 on |r| <= pi / 2: remainder below 1e-9.
  Vec p = fused(r2, -1.F / 1307674368000.F, 1.F / 6227020800.F);
  p = fused(p, r2, -1.F / 39916800.F);
  p = fused(p, r2, 1.F / 362880.F);
  p = fused(p, r2, -1.F / 5040.F);
  p = fused(p, r2, 1.F / 120.F);
  p = fused(p, r2, -1.F / 6.F);
  const Vec s = fused(r * r2, p, r);
  return s * s;
}

}  // namespace
}  // namespace sidestep
