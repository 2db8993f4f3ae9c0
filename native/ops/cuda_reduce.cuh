#pragma once
// Sums over warps and blocks in a fixed order: the same bits in every run.
#include "ops/cuda_check.cuh"

namespace sidestep::cuda {

/// The sum over all lanes, in every lane.
template <typename T>
__device__ inline T warp_sum(T v) {
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) v += __shfl_xor_sync(kAllLanes, v, offset);
  return v;
}

/// The sum over neighbouring lanes, a power of two of them, in each of these.
template <int lanes>
__device__ inline float lanes_sum(float v) {
#pragma unroll
  for (int offset = lanes / 2; offset > 0; offset /= 2) v += __shfl_xor_sync(kAllLanes, v, offset);
  return v;
}

__device__ inline float warp_max(float v) {
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) v = fmaxf(v, __shfl_xor_sync(kAllLanes, v, offset));
  return v;
}

template <typename T>
struct WarpParts {
  T of[kWarp];
};

/// The sum over a block of at most 1024 threads, in every thread. All threads must call it.
template <typename T>
__device__ inline T block_sum(T v) {
  auto& parts = shared<WarpParts<T>>().of;
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp, warps = (blockDim.x + kWarp - 1) / kWarp;
  v = warp_sum(v);
  __syncthreads();  // a sum before this one may still be read
  if (lane == 0) parts[warp] = v;
  __syncthreads();
  return warp_sum(lane < warps ? parts[lane] : T{});
}

}  // namespace sidestep::cuda
