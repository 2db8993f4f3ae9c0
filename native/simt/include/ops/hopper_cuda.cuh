#pragma once
// The SIMT machine's counterpart of native/ops/hopper_cuda.cuh: the same functions, for a C++ compiler. Copies are done here, in
// the kernel's own translation unit, so that sanitizers see them.
#include <cuda.h>

#include "ops/device_cuda.cuh"
#include "simt/async_unit.h"

namespace sidestep::cuda {

constexpr int kWarpGroup = 128;
enum class Along : int { k = 0, rows = 1 };
enum class Sums : int { fresh = 0, kept = 1 };

namespace ptx {

inline uint32_t shared_address(const void* pointer) { return simt::shared_address(pointer); }

inline void mbarrier_init(uint64_t* barrier, uint32_t arrivals) { simt::mbarrier_init(barrier, arrivals); }
inline void mbarrier_init_done() {}
inline void mbarrier_arrive(uint64_t* barrier) { simt::mbarrier_arrive(barrier, 0); }
inline void mbarrier_arrive_expect(uint64_t* barrier, uint32_t bytes) { simt::mbarrier_arrive(barrier, bytes); }

inline void copy_box_now(const simt::BoxCopy& copy) {
  for (const simt::BoxPiece& piece : simt::pieces_of(copy))
    for (int i = 0; i < 4; ++i)
      reinterpret_cast<uint32_t*>(piece.to)[i] = piece.from == nullptr ? 0 : reinterpret_cast<const uint32_t*>(piece.from)[i];
  simt::mbarrier_complete(copy.barrier, simt::bytes_of(copy));
}
inline void copy_box(void* to, const CUtensorMap* map, uint64_t* barrier, int at0, int at1, int at2, int at3) {
  const simt::BoxCopy copy{static_cast<unsigned char*>(to), map, barrier, {at0, at1, at2, at3}};
  simt::check_box(copy);
  if (simt::copies_at_once())
    copy_box_now(copy);
  else
    simt::remember_box(copy);
}

inline void mbarrier_wait(uint64_t* barrier, uint32_t parity, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  simt::BoxCopy copy;
  while (!simt::mbarrier_over(barrier, parity, {file, line})) {
    if (simt::take_box(barrier, copy))
      copy_box_now(copy);
    else
      simt::mbarrier_sleep(barrier, {file, line});
  }
}

template <typename First>
inline void wgmma_fence(First&, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  simt::wgmma_fence({file, line});
}
template <typename First, typename Second>
inline void wgmma_fence(First&, Second&, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  simt::wgmma_fence({file, line});
}
inline void wgmma_commit() { simt::wgmma_commit(); }
template <int pending, typename First>
inline void wgmma_wait(First&, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  simt::wgmma_wait(pending, {file, line});
}
template <int pending, typename First, typename Second>
inline void wgmma_wait(First&, Second&, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  simt::wgmma_wait(pending, {file, line});
}

template <typename T>
constexpr simt::OperandType kOperandType = std::is_same_v<T, __nv_bfloat16> ? simt::OperandType::bf16 : simt::OperandType::f16;

template <typename T, Along a_along, Along b_along, int tiles>
inline void wgmma(float (&d)[tiles][4], uint64_t a, uint64_t b, Sums sums) {
  static_assert(tiles == 8 || tiles == 16);
  simt::wgmma(
      {&d[0][0], nullptr, a, b, a_along == Along::rows, b_along == Along::rows, sums == Sums::kept, tiles * 8, kOperandType<T>});
}
template <typename T, Along b_along, int tiles>
inline void wgmma(float (&d)[tiles][4], const uint32_t (&a)[4], uint64_t b, Sums sums) {
  static_assert(tiles == 8 || tiles == 16);
  simt::wgmma({&d[0][0], a, 0, b, false, b_along == Along::rows, sums == Sums::kept, tiles * 8, kOperandType<T>});
}

template <int count>
inline void give_registers_back() {
  static_assert(count % 8 == 0 && count >= 24 && count <= 256);
}
template <int count>
inline void take_registers() {
  static_assert(count % 8 == 0 && count >= 24 && count <= 256);
}

}  // namespace ptx
}  // namespace sidestep::cuda
