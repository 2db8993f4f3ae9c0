#pragma once
// What kernels of warp groups stand on: tiles in shared memory as copies of boxes leave them and as wgmma's descriptors name
// them, and the maps that copies go by.
#include "ops/cuda_heads.cuh"
#include "ops/hopper_cuda.cuh"

namespace sidestep::cuda {

/// A matrix in shared memory in rows of 128 bytes, the 16-byte pieces of row r in the order p xor r mod 8 (the manual's "128-byte
/// swizzle"). `stride` bytes from eight rows to the next, `leading` from 64 elements across to the next. Fields: "Matrix
/// Descriptor Format".
__device__ inline uint64_t shared_matrix(const void* begin, uint32_t leading, uint32_t stride) {
  constexpr uint64_t kTurned128 = uint64_t{1} << 62;
  return kTurned128 | uint64_t{stride >> 4} << 32 | uint64_t{leading >> 4} << 16 | (ptx::shared_address(begin) & 0x3ffff) >> 4;
}

/// `rows` rows of a head of 16-bit elements in shared memory, in boxes of 64 columns one behind the other. Begins at a multiple
/// of 1024 bytes.
template <typename T, int hd, int rows>
struct BoxedTile {
  static_assert(hd % 64 == 0 && rows % 8 == 0);
  T* data;
  static constexpr uint32_t kBytes = sizeof(T) * rows * hd;
  static constexpr uint32_t kEightRows = 8 * 128, kBox = rows * 128;

  /// Rows first … of head h of sample b, by one thread: `kBytes` for the barrier.
  __device__ void load(const CUtensorMap& map, uint64_t* barrier, int first, int h, int b) const {
#pragma unroll
    for (int column = 0; column < hd; column += 64) ptx::copy_box(data + column * rows, &map, barrier, column, h, first, b);
  }
  /// An operand whose k goes along the head: columns k … k + 15, from `row` on.
  __device__ uint64_t along_head(int row, int k) const {
    return shared_matrix(data + k / 64 * 64 * rows + row * 64 + k % 64, 16, kEightRows);
  }
  /// b whose k goes over the rows, and whose columns are the head's: rows k … k + 15.
  __device__ uint64_t along_rows(int k) const { return shared_matrix(data + k * 64, kBox, kEightRows); }
};

/// The first multiple of 1024 bytes.
__device__ inline unsigned char* turned_memory(unsigned char* memory) {
  return memory + (1024 - reinterpret_cast<uintptr_t>(memory) % 1024) % 1024;
}

// In tensor_map_cuda.cu.

/// Whether the current device has warp groups' products (compute capability 9.0), and its driver makes maps.
bool has_warp_groups();

/// Whether a map can be made: no two samples, frames or heads are the same memory, which a stride of zero would say.
template <typename T>
bool takes_boxes(const Heads<T>& of, int64_t batch, int64_t frames, int64_t heads) {
  const auto apart = [](int64_t stride, int64_t count) { return stride > 0 || count == 1; };
  return apart(of.batch_stride, batch) && apart(of.frame_stride, frames) && apart(of.head_stride, heads);
}

/// For boxes of `rows` rows and 64 columns of [batch, frames, heads, head_dim]: dimensions head_dim, heads, frames, batch. Throws
/// native/cuda-failed when the driver refuses.
CUtensorMap heads_map(const void* data, CUtensorMapDataType type, const int64_t (&strides)[3], int64_t batch, int64_t frames,
                      int64_t heads, int64_t head_dim, int64_t rows);

template <typename T>
CUtensorMap heads_map(const Heads<const T>& of, int64_t batch, int64_t frames, int64_t heads, int64_t head_dim, int64_t rows) {
  constexpr CUtensorMapDataType kType =
      std::is_same_v<T, __nv_bfloat16> ? CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 : CU_TENSOR_MAP_DATA_TYPE_FLOAT16;
  return heads_map(of.data, kType, {of.batch_stride, of.frame_stride, of.head_stride}, batch, frames, heads, head_dim, rows);
}

}  // namespace sidestep::cuda
