#if defined(__aarch64__)
#include <arm_neon.h>

#include <cstddef>

#include "ops/gemm_tile_body.h"
#else
#include "ops/gemm_tile.h"
#endif

namespace sidestep::gemm_detail {

#if defined(__aarch64__)
namespace {

#define SIDESTEP_STEP_LANE(i)                                                \
  c##i##_0 = vfmaq_laneq_f32(c##i##_0, b0, (i) < 4 ? a_low : a_high, (i)&3); \
  c##i##_1 = vfmaq_laneq_f32(c##i##_1, b1, (i) < 4 ? a_low : a_high, (i)&3); \
  c##i##_2 = vfmaq_laneq_f32(c##i##_2, b2, (i) < 4 ? a_low : a_high, (i)&3);

#define SIDESTEP_TILE_ROWS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

// The whole tile: 24 accumulators, three vectors of B, eight rows of A in two vectors and taken by lane: 29 of 32 registers.
// The common code loads A number by number, and GCC then spills three accumulators. The sums are the same, bit for bit.
void whole_tile(const Tile& t) {
  constexpr int lanes = 4, rows = 8, vectors = 3;
  if (t.columns < vectors * lanes) return tile<lanes, rows, vectors, Source::interleaved>(t);
  using V = float32x4_t;
  SIDESTEP_TILE_ROWS(SIDESTEP_DECLARE_ROW)
  const float *a = t.a, *b = t.b;
  for (int64_t k = 0; k < t.kc; ++k, a += t.a_step, b += t.b_step) {
    const V b0 = vld1q_f32(b), b1 = vld1q_f32(b + 4), b2 = vld1q_f32(b + 8);
    const V a_low = vld1q_f32(a), a_high = vld1q_f32(a + 4);
    SIDESTEP_TILE_ROWS(SIDESTEP_STEP_LANE)
  }
  Finish f(t, (vectors - 1) * lanes);
  SIDESTEP_TILE_ROWS(SIDESTEP_FINISH_ROW)
}

constexpr TileKernels make_neon() {
  TileKernels kernels = make_tile_kernels<4, 8, 3>("neon");
  kernels.tile[static_cast<size_t>(Source::interleaved)][7][2] = &whole_tile;
  return kernels;
}

}  // namespace
#endif

const TileKernels* tile_kernels_neon() {
#if defined(__aarch64__)
  static constexpr TileKernels kKernels = make_neon();
  return &kKernels;
#else
  return nullptr;
#endif
}

}  // namespace sidestep::gemm_detail
