#pragma once
// How the ways to a matrix product, cuBLASLt and our own kernels, read its operands.
#include <algorithm>

#include "ops/card_overhead.h"
#include "ops/gemm.h"
#include "ops/gemm8bit.h"
#include "ops/gemm_tile_cuda.cuh"

namespace sidestep::cuda {

inline int64_t batch_stride(const ConstTensor& t) { return t.rank() == 3 && t.dim(0) > 1 ? t.stride(0) : 0; }
inline int64_t batch_of(const Gemm& op) { return op.c.rank() == 3 ? op.c.dim(0) : 1; }

inline TileExtent extent_of(const Gemm& op) {
  return {op.c.dim(-2), op.c.dim(-1), op.trans_a == Transpose::yes ? op.a.dim(-2) : op.a.dim(-1)};
}

/// Leading dimension: the stride between rows, or anything valid when there is one row only.
inline int64_t leading(const ConstTensor& t) { return t.dim(-2) > 1 ? t.stride(-2) : std::max<int64_t>(1, t.dim(-1)); }

/// Which tile a block has: eight rows of tiles are gone through together, so that what runs at the same time shares panels in L2.
template <int side>
__device__ void place_of_block(const TileExtent& size, int64_t& m, int64_t& n) {
  constexpr unsigned kTogether = 8;
  const auto down = static_cast<unsigned>(ceil_div(size.m, int64_t{side})),
             across = static_cast<unsigned>(ceil_div(size.n, int64_t{side}));
  const unsigned group = blockIdx.x / (kTogether * across), within = blockIdx.x % (kTogether * across);
  const unsigned rows = min(down - group * kTogether, kTogether);
  m = int64_t{group * kTogether + within % rows} * side;
  n = int64_t{within / rows} * side;
}

/// Our own product of 16-bit operands on tensor cores.
void multiply_16_bit(const Gemm& op, cudaStream_t queue);
/// Whether cuBLASLt was found and took the product. Throws native/cuda-failed.
bool multiply_cublaslt(const Gemm& op, int device, cudaStream_t queue);
/// The same of e4m3 codes, where their rows begin at 16 bytes and there is no bias.
bool multiply_cublaslt(const Gemm8bit& op, int device, cudaStream_t queue);
/// What the library's products on this queue kept: it is about to end.
void release_workspace(int device, cudaStream_t queue) noexcept;
/// The same of all queues of a device, which has been waited for; the next product takes a new one.
void release_workspaces(int device);
/// Whether the engine gave memory back for what has just been refused (core/relief.h), so that the card may be asked again.
bool relieved(cudaError_t error, size_t bytes);

}  // namespace sidestep::cuda
