#pragma once
// What the kernels of attention's forward pass share, whose rows of scores lie in registers as sums of mma do: a thread has parts
// of two rows, g and g + 8 of its warp's sixteen, and shares them with three others.
#include "ops/attention_cuda.cuh"
#include "ops/mma_cuda.cuh"

namespace sidestep::cuda {

/// Running softmax of the two rows a thread shares with three others: g and g + 8 of its warp.
struct RunningRows {
  float peak[2] = {-INFINITY, -INFINITY};
  float total[2] = {0, 0};
};

/// Scores become weights relative to the new peaks (base 2); what was summed before is to be multiplied by `rescale`.
template <int tiles>
__device__ void soften(float (&scores)[tiles][4], RunningRows& rows, float (&rescale)[2]) {
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    float peak = rows.peak[r];
#pragma unroll
    for (int n = 0; n < tiles; ++n) peak = fmaxf(peak, fmaxf(scores[n][2 * r], scores[n][2 * r + 1]));
    peak = fmaxf(peak, __shfl_xor_sync(kAllLanes, peak, 1));
    peak = fmaxf(peak, __shfl_xor_sync(kAllLanes, peak, 2));
    const float base = peak == -INFINITY ? 0.F : peak;  // no key yet: all weights are 2^-inf = 0
    rescale[r] = exp2f(rows.peak[r] - base);
    float total = rows.total[r] * rescale[r];
#pragma unroll
    for (int n = 0; n < tiles; ++n)
#pragma unroll
      for (int c = 2 * r; c < 2 * r + 2; ++c) {
        scores[n][c] = exp2f(scores[n][c] - base);
        total += scores[n][c];
      }
    rows.peak[r] = peak;
    rows.total[r] = total;
  }
}

template <int tiles>
__device__ void rescale_rows(float (&out)[tiles][4], const float (&rescale)[2]) {
#pragma unroll
  for (int n = 0; n < tiles; ++n)
#pragma unroll
    for (int c = 0; c < 4; ++c) out[n][c] *= rescale[c / 2];
}

/// In base 2.
template <int tiles>
__device__ void scale_scores(float (&scores)[tiles][4], float scale) {
#pragma unroll
  for (int n = 0; n < tiles; ++n)
#pragma unroll
    for (int c = 0; c < 4; ++c) scores[n][c] *= scale * kLog2e;
}

template <typename T>
struct Forward {
  AttentionOperands<T> op;
  Heads<T> out;
  float* lse;  ///< or null
};

/// Minus infinity where query and key may not meet.
template <typename T, int tiles>
__device__ void hide(float (&scores)[tiles][4], const AttentionOperands<T>& op, int64_t b, int64_t row, int64_t first_key) {
  const Bounds bounds[2] = {Bounds::of(op.visited(b, op.reach.of(row)), first_key),
                            Bounds::of(op.visited(b, op.reach.of(row + 8)), first_key)};
  const bool holes = op.has_holes(b);
  const int t = threadIdx.x % 4;
#pragma unroll
  for (int n = 0; n < tiles; ++n)
#pragma unroll
    for (int c = 0; c < 4; ++c) {
      const int key = n * 8 + 2 * t + c % 2;
      if (!bounds[c / 2].hold(key) || (holes && op.hidden(b, first_key + key))) scores[n][c] = -INFINITY;
    }
}

/// Row r (0 or 1) of the thread's two: divided by its total, or the mean of all values when it has no key.
template <typename T, int hd>
__device__ void store_row(const Forward<T>& f, float (&out)[hd / 8][4], const RunningRows& rows, int r, int64_t b, int64_t h,
                          int64_t query) {
  float total = rows.total[r];
  total += __shfl_xor_sync(kAllLanes, total, 1);
  total += __shfl_xor_sync(kAllLanes, total, 2);
  if (query >= f.op.queries) return;
  const int t = threadIdx.x % 4;
  const bool none = total == 0;
  if (none) {
#pragma unroll
    for (int n = 0; n < hd / 8; ++n) out[n][2 * r] = out[n][2 * r + 1] = 0;
    for (int64_t s = 0; s < f.op.reach.keys; ++s) {
      const T* v = f.op.v(b, s, f.op.kv_head(h));
#pragma unroll
      for (int n = 0; n < hd / 8; ++n)
#pragma unroll
        for (int c = 0; c < 2; ++c) out[n][2 * r + c] += widened(v[n * 8 + 2 * t + c]);
    }
  }
  const float inverse = 1.F / (none ? static_cast<float>(f.op.reach.keys) : total);
  T* to = f.out(b, query, h);
#pragma unroll
  for (int n = 0; n < hd / 8; ++n)
    *reinterpret_cast<uint32_t*>(to + n * 8 + 2 * t) = packed<T>(out[n][2 * r] * inverse, out[n][2 * r + 1] * inverse);
  if (f.lse != nullptr && t == 0)
    f.lse[(b * f.op.heads + h) * f.op.queries + query] = none ? -INFINITY : (rows.peak[r] + log2f(total)) * kLn2;
}

}  // namespace sidestep::cuda
