#pragma once
// One product kernel for whatever can say what element (m, k) of A and (k, n) of B is: the engine's own matrix product where
// cuBLASLt does not serve, and convolutions, whose B is a view of the signal that is never written out.
//
// A block of 256 threads computes a tile of 64 x 64 outputs, 16 of the sum at a time, from shared memory; a thread holds 4 x 4
// sums in f32. FLOPs: 2 M N K; bytes from L2: (M N K / 64) (sizeof a + sizeof b). Compute bound on the f32 units (67 TFLOP/s on
// an H100, of which such a tile reaches about half).
#include <algorithm>

#include "ops/cuda_check.cuh"

namespace sidestep::cuda {

constexpr int kTile = 64, kTileDepth = 16, kPerThread = 4, kTileThreads = 256;

struct TileExtent {
  int64_t m, n, k;
};

/// Stage of a tile: `at(row, depth)` of the operand, zeros beyond its edge. `fast_depth`: whether neighbours along the sum are
/// neighbours in memory.
template <bool fast_depth, typename At>
__device__ void stage(float (&to)[kTileDepth][kTile + 4], const At& at, int64_t first, int64_t rows, int64_t k, int64_t depth) {
#pragma unroll
  for (int i = 0; i < kTile * kTileDepth / kTileThreads; ++i) {
    const int e = static_cast<int>(threadIdx.x) + i * kTileThreads;
    const int row = fast_depth ? e / kTileDepth : e % kTile, d = fast_depth ? e % kTileDepth : e / kTile;
    to[d][row] = first + row < rows && k + d < depth ? at(first + row, k + d) : 0.F;
  }
}

struct TileStages {
  float a[kTileDepth][kTile + 4], b[kTileDepth][kTile + 4];
};

/// The tile of one member of a batch.
/// `Source`: extent(), a(g, m, k), b(g, k, n), store(g, m, n, sum) with g the index in the batch; constants kDepthFastA and
/// kDepthFastB say in which direction memory runs.
template <typename Source>
__device__ void tile_product(const Source& source, int64_t g) {
  auto& [a, b] = shared<TileStages>();
  const TileExtent extent = source.extent();
  const int64_t m = int64_t{blockIdx.y} * kTile, n = int64_t{blockIdx.x} * kTile;
  const int row = static_cast<int>(threadIdx.x) / (kTile / kPerThread) * kPerThread;
  const int column = static_cast<int>(threadIdx.x) % (kTile / kPerThread) * kPerThread;
  float sums[kPerThread][kPerThread] = {};
  for (int64_t k = 0; k < extent.k; k += kTileDepth) {
    stage<Source::kDepthFastA>(
        a, [&](int64_t i, int64_t d) { return source.a(g, i, d); }, m, extent.m, k, extent.k);
    stage<Source::kDepthFastB>(
        b, [&](int64_t j, int64_t d) { return source.b(g, d, j); }, n, extent.n, k, extent.k);
    __syncthreads();
#pragma unroll
    for (int d = 0; d < kTileDepth; ++d) {
      float left[kPerThread], right[kPerThread];
#pragma unroll
      for (int i = 0; i < kPerThread; ++i) left[i] = a[d][row + i], right[i] = b[d][column + i];
#pragma unroll
      for (int i = 0; i < kPerThread; ++i)
#pragma unroll
        for (int j = 0; j < kPerThread; ++j) sums[i][j] += left[i] * right[j];
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < kPerThread; ++i)
#pragma unroll
    for (int j = 0; j < kPerThread; ++j)
      if (m + row + i < extent.m && n + column + j < extent.n) source.store(g, m + row + i, n + column + j, sums[i][j]);
}

template <typename Source>
__global__ void __launch_bounds__(kTileThreads, 2) tile_product_kernel(const Source source, int64_t count) {
  for (int64_t g = blockIdx.z; g < count; g += gridDim.z) tile_product(source, g);
}

constexpr int64_t kMostBlocksZ = 65535;

/// Queues the product of every member of a batch of `count`.
template <typename Source>
void launch_tile_product(const Source& source, const TileExtent& extent, int64_t count, cudaStream_t queue) {
  if (extent.m == 0 || extent.n == 0 || count == 0) return;
  const dim3 grid(static_cast<unsigned>(ceil_div(extent.n, int64_t{kTile})),
                  static_cast<unsigned>(ceil_div(extent.m, int64_t{kTile})),
                  static_cast<unsigned>(std::min(count, kMostBlocksZ)));
  launch(tile_product_kernel<Source>, grid, kTileThreads, 0, queue)(source, count);
  SIDESTEP_CUDA_LAUNCHED("tile_product_kernel");
}

}  // namespace sidestep::cuda
