#pragma once
// What the kernels of attention's backward pass share: statistics of queries, and products of a warp's 16 rows with tiles in
// shared memory.
#include "ops/attention_cuda.cuh"
#include "ops/mma_cuda.cuh"

namespace sidestep::cuda {

template <typename T>
struct Backward {
  AttentionOperands<T> op;
  AttentionGradients<T> to;
};

/// lse in base 2, plus infinity (weights of zero) for queries without keys and beyond the end.
template <typename T>
__device__ float statistic(const Backward<T>& f, int64_t b, int64_t h, int64_t query) {
  if (query >= f.op.queries) return INFINITY;
  const float lse = f.to.lse[(b * f.op.heads + h) * f.op.queries + query];
  return lse == -INFINITY ? INFINITY : lse * kLog2e;
}

template <typename T>
__device__ float delta_of(const Backward<T>& f, int64_t b, int64_t h, int64_t query) {
  return query < f.op.queries ? f.to.delta[(b * f.op.heads + h) * f.op.queries + query] : 0.F;
}

/// sums[n] += rows row … row+15 of `left` times the transpose of `right`, over hd: 8 * columns columns.
template <typename T, int hd, int columns>
__device__ void multiply_transpose(float (&sums)[columns][4], const SharedTile<T, hd>& left, int row,
                                   const SharedTile<T, hd>& right) {
#pragma unroll
  for (int k = 0; k < hd / 16; ++k) {
    uint32_t a[4];
    left.load_a(a, row, k * 16);
#pragma unroll
    for (int n = 0; n < columns; n += 2) {
      uint32_t b[4];
      right.load_b_transpose(b, n * 8, k * 16);
      mma<T>(sums[n], a, b[0], b[1]);
      mma<T>(sums[n + 1], a, b[2], b[3]);
    }
  }
}

/// Sums of 16 columns, rounded: the A operand over these columns, and a piece of dS (attention_fragments.h).
template <typename T>
__device__ void pack_columns(uint32_t (&a)[4], const float (&left)[4], const float (&right)[4]) {
  a[0] = packed<T>(left[0], left[1]), a[1] = packed<T>(left[2], left[3]);
  a[2] = packed<T>(right[0], right[1]), a[3] = packed<T>(right[2], right[3]);
}

/// sums += a (16 columns) times rows row … row+15 of `right`.
template <typename T, int hd>
__device__ void multiply_rows(float (&sums)[hd / 8][4], const uint32_t (&a)[4], const SharedTile<T, hd>& right, int row) {
#pragma unroll
  for (int n = 0; n < hd / 8; n += 2) {
    uint32_t b[4];
    right.load_b(b, row, n * 8);
    mma<T>(sums[n], a, b[0], b[1]);
    mma<T>(sums[n + 1], a, b[2], b[3]);
  }
}

/// sums += weights (from registers, rounded) times `right`.
template <typename T, int hd, int columns>
__device__ void multiply_weights(float (&sums)[hd / 8][4], const float (&weights)[columns][4], const SharedTile<T, hd>& right) {
#pragma unroll
  for (int k = 0; k < columns / 2; ++k) {
    uint32_t a[4];
    pack_columns<T>(a, weights[2 * k], weights[2 * k + 1]);
    multiply_rows<T, hd>(sums, a, right, k * 16);
  }
}

/// Two neighbouring elements of a head.
template <typename T>
__device__ void store_pair(T* to, float first, float second) {
  *reinterpret_cast<uint32_t*>(to) = packed<T>(first, second);
}

/// dq by its own kernel, for keys and values whose gradients are not needed. In attention_dq_cuda.cu.
template <typename T, int hd>
void attention_dq(const Backward<T>& f, int64_t batch, cudaStream_t queue);

}  // namespace sidestep::cuda
