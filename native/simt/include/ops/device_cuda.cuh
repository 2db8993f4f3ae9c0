#pragma once
// The SIMT machine's counterpart of native/ops/device_cuda.cuh: the same functions, for a C++ compiler. Memory is read and
// written here, in the kernel's own translation unit, so that sanitizers see it; the machine itself is compiled without them.
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <string>
#include <tuple>

#include "simt/queue_kernel.h"

namespace sidestep::cuda {

template <typename... Parameters>
struct Launch {
  void (*kernel)(Parameters...);
  dim3 grid, block;
  size_t bytes;
  cudaStream_t queue;

  void operator()(const std::decay_t<Parameters>&... arguments) const {
    simt::queue_kernel(
        {reinterpret_cast<const void*>(kernel), grid, block, bytes, (sizeof(std::decay_t<Parameters>) + ... + 0)}, queue,
        [kernel = kernel, kept = std::tuple<std::decay_t<Parameters>...>(arguments...)] { std::apply(kernel, kept); });
  }
};
template <typename... Parameters>
Launch<Parameters...> launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, size_t bytes, cudaStream_t queue) {
  return {kernel, grid, block, bytes, queue};
}

#define SIDESTEP_GRID_CONSTANT(...) const __VA_ARGS__&

template <typename T>
inline const int shared_id = simt::new_shared_id();
template <typename T>
inline T& shared() {
  static_assert(std::is_trivially_default_constructible_v<T>);
  return *static_cast<T*>(simt::shared_variable(shared_id<T>, sizeof(T), alignof(T)));
}
inline unsigned char* dynamic_shared() { return simt::dynamic_shared(); }

namespace ptx {

template <typename T>
inline void mma_m16n8k16(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  const uint32_t b[2] = {b0, b1};
  simt::multiply_warp(d, a, b, std::is_same_v<T, __nv_bfloat16> ? simt::OperandType::bf16 : simt::OperandType::f16);
}

inline uint32_t to_tf32(float v) {
  uint32_t bits;
  std::memcpy(&bits, &v, 4);
  return (bits & 0x7f800000U) == 0x7f800000U ? bits : (bits + 0x1000U) & ~0x1fffU;
}
inline void mma_m16n8k8_tf32(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  const uint32_t b[2] = {b0, b1};
  simt::multiply_warp(d, a, b, simt::OperandType::tf32);
}

inline void mma_m16n8k32(int32_t (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  const uint32_t b[2] = {b0, b1};
  simt::multiply_warp(d, a, b, simt::OperandType::int8);
}
inline void mma_m16n8k32(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  const uint32_t b[2] = {b0, b1};
  simt::multiply_warp(d, a, b, simt::OperandType::e4m3);
}

/// A lane's row of a matrix, and the elements of all four matrices that it gets.
enum class Matrices : uint8_t { as_stored, transposed };
template <Matrices order>
inline void load_matrices(uint32_t (&r)[4], const void* row) {
  if (reinterpret_cast<uintptr_t>(row) % 16 != 0) simt::fault("ldmatrix: an address is not a multiple of 16");
  simt::check_dynamic_shared(row, 16, "ldmatrix");
  uint32_t mine[4];
  for (int i = 0; i < 4; ++i) mine[i] = static_cast<const uint32_t*>(row)[i];
  const uint32_t* all = simt::exchange(0xffffffffU, mine, 4, {"ldmatrix", 0});
  const auto element = [&](int matrix, int i, int j) {
    return all[(matrix * 8 + i) * simt::kMostWords + j / 2] >> (j % 2 * 16) & 0xffffU;
  };
  const int g = simt::current->lane / 4, t = simt::current->lane % 4;
  for (int m = 0; m < 4; ++m)
    r[m] = order == Matrices::transposed ? element(m, 2 * t, g) | element(m, 2 * t + 1, g) << 16
                                         : element(m, g, 2 * t) | element(m, g, 2 * t + 1) << 16;
}
inline void ldmatrix_x4(uint32_t (&r)[4], const void* row) { load_matrices<Matrices::as_stored>(r, row); }
inline void ldmatrix_x4_trans(uint32_t (&r)[4], const void* row) { load_matrices<Matrices::transposed>(r, row); }

inline uint32_t transposed(uint32_t matrix) {
  const uint32_t* all = simt::exchange(0xffffffffU, &matrix, 1, {"movmatrix", 0});
  const int g = simt::current->lane / 4, t = simt::current->lane % 4;
  const auto element = [&](int row, int column) {
    return all[(row * 4 + column / 2) * simt::kMostWords] >> (column % 2 * 16) & 0xffffU;
  };
  return element(2 * t, g) | element(2 * t + 1, g) << 16;
}

/// Bytes that are not given are zeros; none beyond those that are is read.
inline void copy_now(const simt::AsyncCopy& copy) {
  for (int i = 0; i < copy.size / 4; ++i) {
    uint32_t word = 0;
    if (const int given = copy.bytes - 4 * i; given >= 4)
      word = copy.from[i];
    else if (given > 0)
      std::memcpy(&word, copy.from + i, static_cast<size_t>(given));
    copy.to[i] = word;
  }
}
inline void cp_async(void* to, const void* from, int size, int bytes) {
  if (reinterpret_cast<uintptr_t>(to) % static_cast<size_t>(size) != 0 ||
      reinterpret_cast<uintptr_t>(from) % static_cast<size_t>(size) != 0)
    simt::fault(("cp.async: an address is not a multiple of " + std::to_string(size)).c_str());
  simt::check_dynamic_shared(to, static_cast<size_t>(size), "cp.async");
  const simt::AsyncCopy copy{static_cast<uint32_t*>(to), static_cast<const uint32_t*>(from), size, bytes};
  if (simt::copies_at_once())
    copy_now(copy);
  else
    simt::remember_copy(copy);
}
inline void cp_async_16(void* to, const void* from, int bytes) { cp_async(to, from, 16, bytes); }
inline void cp_async_4(void* to, const void* from, int bytes) { cp_async(to, from, 4, bytes); }
inline void cp_async_commit() { simt::commit_copies(); }
template <int pending>
inline void cp_async_wait(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  simt::AsyncCopy copy;
  while (simt::take_due_copy(pending, copy, {file, line})) copy_now(copy);
}

}  // namespace ptx
}  // namespace sidestep::cuda
