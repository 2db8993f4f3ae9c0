#pragma once
// Tensor-core building blocks (sm_80 and newer): products of 16-bit tiles m16 n8 k16 with f32 sums, and the loads that feed
// them. Layouts are those of the PTX manual, "Matrix fragments for mma.m16n8k16"; lane = 4 g + t:
//   a[0..3]: rows g, g+8, g, g+8; columns 2t, 2t+1 (+8 for the last two)     b[0..1]: k = 2t, 2t+1 (+8), column g
//   c[0..1]: row g, columns 2t, 2t+1     c[2..3]: row g+8
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "ops/cuda_check.cuh"

namespace sidestep::cuda {

/// d += a b
template <typename T>
__device__ inline void mma(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  ptx::mma_m16n8k16<T>(d, a, b0, b1);
}

/// Two values rounded into one register, the first in the lower half.
template <typename T>
__device__ inline uint32_t packed(float low, float high) {
  if constexpr (std::is_same_v<T, __nv_bfloat16>) {
    const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
    return *reinterpret_cast<const uint32_t*>(&pair);
  } else {
    const __half2 pair = __floats2half2_rn(low, high);
    return *reinterpret_cast<const uint32_t*>(&pair);
  }
}

/// A tile of rows of `width` 16-bit elements in shared memory, a multiple of eight rows. The 16-byte pieces of a row are in an
/// order of its own, piece p of row r where p xor r mod 8 would be (of rows of 64 bytes, two of which share the banks, p xor r /
/// 2 mod 4): eight rows' worth of the same piece then fall on distinct banks, and no memory is spent on padding.
template <typename T, int width>
struct SharedTile {
  static_assert(width == 32 || width % 64 == 0);
  T* data;

  static constexpr size_t bytes(int rows) { return sizeof(T) * static_cast<size_t>(rows) * width; }
  /// What the pieces of a row are turned by.
  static constexpr __host__ __device__ int turn(int row) { return width == 32 ? row / 2 % 4 : row % 8; }
  /// `column` is the first one of a piece.
  __device__ T* at(int row, int column) const { return data + row * width + (column ^ turn(row) * 8); }

  /// A operand: rows row … row+15, columns k … k+15.
  __device__ void load_a(uint32_t (&a)[4], int row, int k) const {
    const int lane = threadIdx.x % kWarp;
    ptx::ldmatrix_x4(a, data + (row + lane % 16) * width + (k ^ ((lane / 16 ^ turn(lane)) * 8)));
  }
  /// A operand from the transpose, rows m … m+15 of columns k … k+15: A[i][j] = tile[j][i].
  __device__ void load_a_transpose(uint32_t (&a)[4], int m, int k) const {
    const int lane = threadIdx.x % kWarp;
    ptx::ldmatrix_x4_trans(a, data + (k + lane / 16 * 8 + lane % 8) * width + (m ^ ((lane / 8 % 2 ^ turn(lane)) * 8)));
  }
  /// B operands of two neighbouring column tiles from the transpose: B[k][n] = tile[n][k]. b[0..1] for n … n+7, b[2..3] for the
  /// next eight.
  __device__ void load_b_transpose(uint32_t (&b)[4], int n, int k) const {
    const int lane = threadIdx.x % kWarp;
    ptx::ldmatrix_x4(b, data + (n + lane / 16 * 8 + lane % 8) * width + (k ^ ((lane / 8 % 2 ^ turn(lane)) * 8)));
  }
  /// B operands of two neighbouring column tiles: B[k][n] = tile[k][n].
  __device__ void load_b(uint32_t (&b)[4], int k, int n) const {
    const int lane = threadIdx.x % kWarp;
    ptx::ldmatrix_x4_trans(b, data + (k + lane % 16) * width + (n ^ ((lane / 16 ^ turn(lane)) * 8)));
  }
};

/// Blocks that find room on a multiprocessor of GeForce cards: 100 KiB of shared memory, of which each block takes 1 KiB more.
constexpr size_t blocks_in_100_kib(size_t bytes) { return size_t{100} * 1024 / (bytes + 1024); }

/// Sixteen bytes from global to shared memory behind the threads' back; zeros where `valid` is false.
__device__ inline void copy_async(void* to, const void* from, bool valid) { ptx::cp_async_16(to, from, valid ? 16 : 0); }

/// Rows first … first+rows-1 of a matrix with `row_stride` elements between rows, of which `count` exist in all; zeros beyond.
template <typename T, int width, int rows, int threads>
__device__ inline void load_tile(const SharedTile<T, width>& tile, const T* matrix, int64_t row_stride, int64_t first,
                                 int64_t count) {
  constexpr int kPieces = width / 8, kStep = threads / kPieces;
  static_assert(threads % kPieces == 0 && rows % kStep == 0);
  const int row = static_cast<int>(threadIdx.x) / kPieces, column = static_cast<int>(threadIdx.x) % kPieces * 8;
  const T* from = matrix + (first + row) * row_stride + column;  // of rows beyond the end it is not read
  int left = static_cast<int>(min(count - first, int64_t{rows})) - row;
#pragma unroll
  for (int i = 0; i < rows / kStep; ++i, from += kStep * row_stride, left -= kStep)
    copy_async(tile.at(row + i * kStep, column), left > 0 ? from : matrix, left > 0);
}

}  // namespace sidestep::cuda
