#pragma once
// Instructions of compute capability 9.0 alone ("sm_90a"): products of a warp group, which run behind its back and read shared
// memory themselves; barriers in shared memory that count bytes; copies of boxes of a tensor. Facts are those of the PTX manual,
// chapters "Asynchronous Warpgroup Level Matrix Instructions", "mbarrier" and "cp.async.bulk.tensor". Included by
// *_hopper_cuda.cu, which are compiled for that architecture only. The SIMT machine has a header of the same name.
//
// Sums of m64 nN k16 lie in the registers of a warp group, warp w holds rows 16 w … 16 w + 15; lane = 4 g + t:
//   d[n][0..1]: row g, columns 8 n + 2 t, + 1     d[n][2..3]: row g + 8
// An operand a from registers is a warp's 16 rows as mma_cuda.cuh has them.
#include <cuda.h>

#include "ops/device_cuda.cuh"

namespace sidestep::cuda {

constexpr int kWarpGroup = 128;

/// How a matrix of a product lies in shared memory: along k (a row of a, a column of b after the other), or across it.
enum class Along : int { k = 0, rows = 1 };

/// Whether a product's sums begin at zero or at what they are.
enum class Sums : int { fresh = 0, kept = 1 };

namespace ptx {

// ---- Barriers in shared memory. A phase ends when `arrivals` have come and as many bytes as were expected; phases are told
// apart by their parity, 0 at first.

__device__ inline void mbarrier_init(uint64_t* barrier, uint32_t arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(shared_address(barrier)), "r"(arrivals) : "memory");
}
/// After mbarrier_init, before the block's barrier behind which copies may use it.
__device__ inline void mbarrier_init_done() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }
__device__ inline void mbarrier_arrive(uint64_t* barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(shared_address(barrier)) : "memory");
}
/// Arrives, and lets the phase wait for so many bytes of copies besides.
__device__ inline void mbarrier_arrive_expect(uint64_t* barrier, uint32_t bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(barrier)), "r"(bytes) : "memory");
}
/// Returns once the phase of that parity is over: the running one, or the one before it.
__device__ inline void mbarrier_wait(uint64_t* barrier, uint32_t parity) {
  uint32_t over = 0;
  while (over == 0)
    asm volatile("{\n.reg .pred p;\nmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\nselp.b32 %0, 1, 0, p;\n}"
                 : "=r"(over)
                 : "r"(shared_address(barrier)), "r"(parity)
                 : "memory");
}

// ---- Copies.

/// A box of a tensor of four dimensions from global to shared memory, zeros where it lies outside the tensor; `at` counts
/// elements, the innermost dimension first. All bytes of the box count for the barrier.
__device__ inline void copy_box(void* to, const CUtensorMap* map, uint64_t* barrier, int at0, int at1, int at2, int at3) {
  asm volatile(
      "cp.async.bulk.tensor.4d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4, %5, %6}], [%2];" ::"r"(
          shared_address(to)),
      "l"(map), "r"(shared_address(barrier)), "r"(at0), "r"(at1), "r"(at2), "r"(at3)
      : "memory");
}

// ---- Products of a warp group.

/// To the compiler these registers may have changed here: what it computes of them stays on its side of a wait.
template <int tiles>
__device__ inline void hold(float (&d)[tiles][4]) {
#pragma unroll
  for (int i = 0; i < tiles; ++i) asm volatile("" : "+f"(d[i][0]), "+f"(d[i][1]), "+f"(d[i][2]), "+f"(d[i][3])::"memory");
}
template <int tiles>
__device__ inline void hold(uint32_t (&a)[tiles][4]) {
#pragma unroll
  for (int i = 0; i < tiles; ++i) asm volatile("" : "+r"(a[i][0]), "+r"(a[i][1]), "+r"(a[i][2]), "+r"(a[i][3])::"memory");
}

/// Before products whose registers something else has written: sums, and operands from registers.
template <typename... Registers>
__device__ inline void wgmma_fence(Registers&... registers) {
  (hold(registers), ...);
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}
/// Products since the last time are a group.
__device__ inline void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
/// Returns when at most `pending` groups are under way. Until then no one reads the sums or writes to operands; `registers` are
/// those that are done with.
template <int pending, typename... Registers>
__device__ inline void wgmma_wait(Registers&... registers) {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory");
  (hold(registers), ...);
}

// clang-format off
#define SIDESTEP_WGMMA_64_REGISTERS(type) \
  asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %37, 0;\nwgmma.mma_async.sync.aligned.m64n64k16.f32." type "." type " {%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31}, {%32,%33,%34,%35}, %36, p, 1, 1, %38;\n}" \
               : "+f"(d[0][0]), "+f"(d[0][1]), "+f"(d[0][2]), "+f"(d[0][3]), "+f"(d[1][0]), "+f"(d[1][1]), "+f"(d[1][2]), "+f"(d[1][3]), "+f"(d[2][0]), "+f"(d[2][1]), "+f"(d[2][2]), "+f"(d[2][3]), "+f"(d[3][0]), "+f"(d[3][1]), "+f"(d[3][2]), "+f"(d[3][3]), "+f"(d[4][0]), "+f"(d[4][1]), "+f"(d[4][2]), "+f"(d[4][3]), "+f"(d[5][0]), "+f"(d[5][1]), "+f"(d[5][2]), "+f"(d[5][3]), "+f"(d[6][0]), "+f"(d[6][1]), "+f"(d[6][2]), "+f"(d[6][3]), "+f"(d[7][0]), "+f"(d[7][1]), "+f"(d[7][2]), "+f"(d[7][3]) \
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(kept), "n"(b_order))
#define SIDESTEP_WGMMA_64_SHARED(type) \
  asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %34, 0;\nwgmma.mma_async.sync.aligned.m64n64k16.f32." type "." type " {%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31}, %32, %33, p, 1, 1, %35, %36;\n}" \
               : "+f"(d[0][0]), "+f"(d[0][1]), "+f"(d[0][2]), "+f"(d[0][3]), "+f"(d[1][0]), "+f"(d[1][1]), "+f"(d[1][2]), "+f"(d[1][3]), "+f"(d[2][0]), "+f"(d[2][1]), "+f"(d[2][2]), "+f"(d[2][3]), "+f"(d[3][0]), "+f"(d[3][1]), "+f"(d[3][2]), "+f"(d[3][3]), "+f"(d[4][0]), "+f"(d[4][1]), "+f"(d[4][2]), "+f"(d[4][3]), "+f"(d[5][0]), "+f"(d[5][1]), "+f"(d[5][2]), "+f"(d[5][3]), "+f"(d[6][0]), "+f"(d[6][1]), "+f"(d[6][2]), "+f"(d[6][3]), "+f"(d[7][0]), "+f"(d[7][1]), "+f"(d[7][2]), "+f"(d[7][3]) \
               : "l"(a), "l"(b), "r"(kept), "n"(a_order), "n"(b_order))
#define SIDESTEP_WGMMA_128_REGISTERS(type) \
  asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %69, 0;\nwgmma.mma_async.sync.aligned.m64n128k16.f32." type "." type " {%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31,%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60,%61,%62,%63}, {%64,%65,%66,%67}, %68, p, 1, 1, %70;\n}" \
               : "+f"(d[0][0]), "+f"(d[0][1]), "+f"(d[0][2]), "+f"(d[0][3]), "+f"(d[1][0]), "+f"(d[1][1]), "+f"(d[1][2]), "+f"(d[1][3]), "+f"(d[2][0]), "+f"(d[2][1]), "+f"(d[2][2]), "+f"(d[2][3]), "+f"(d[3][0]), "+f"(d[3][1]), "+f"(d[3][2]), "+f"(d[3][3]), "+f"(d[4][0]), "+f"(d[4][1]), "+f"(d[4][2]), "+f"(d[4][3]), "+f"(d[5][0]), "+f"(d[5][1]), "+f"(d[5][2]), "+f"(d[5][3]), "+f"(d[6][0]), "+f"(d[6][1]), "+f"(d[6][2]), "+f"(d[6][3]), "+f"(d[7][0]), "+f"(d[7][1]), "+f"(d[7][2]), "+f"(d[7][3]), "+f"(d[8][0]), "+f"(d[8][1]), "+f"(d[8][2]), "+f"(d[8][3]), "+f"(d[9][0]), "+f"(d[9][1]), "+f"(d[9][2]), "+f"(d[9][3]), "+f"(d[10][0]), "+f"(d[10][1]), "+f"(d[10][2]), "+f"(d[10][3]), "+f"(d[11][0]), "+f"(d[11][1]), "+f"(d[11][2]), "+f"(d[11][3]), "+f"(d[12][0]), "+f"(d[12][1]), "+f"(d[12][2]), "+f"(d[12][3]), "+f"(d[13][0]), "+f"(d[13][1]), "+f"(d[13][2]), "+f"(d[13][3]), "+f"(d[14][0]), "+f"(d[14][1]), "+f"(d[14][2]), "+f"(d[14][3]), "+f"(d[15][0]), "+f"(d[15][1]), "+f"(d[15][2]), "+f"(d[15][3]) \
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(kept), "n"(b_order))
#define SIDESTEP_WGMMA_128_SHARED(type) \
  asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %66, 0;\nwgmma.mma_async.sync.aligned.m64n128k16.f32." type "." type " {%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31,%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60,%61,%62,%63}, %64, %65, p, 1, 1, %67, %68;\n}" \
               : "+f"(d[0][0]), "+f"(d[0][1]), "+f"(d[0][2]), "+f"(d[0][3]), "+f"(d[1][0]), "+f"(d[1][1]), "+f"(d[1][2]), "+f"(d[1][3]), "+f"(d[2][0]), "+f"(d[2][1]), "+f"(d[2][2]), "+f"(d[2][3]), "+f"(d[3][0]), "+f"(d[3][1]), "+f"(d[3][2]), "+f"(d[3][3]), "+f"(d[4][0]), "+f"(d[4][1]), "+f"(d[4][2]), "+f"(d[4][3]), "+f"(d[5][0]), "+f"(d[5][1]), "+f"(d[5][2]), "+f"(d[5][3]), "+f"(d[6][0]), "+f"(d[6][1]), "+f"(d[6][2]), "+f"(d[6][3]), "+f"(d[7][0]), "+f"(d[7][1]), "+f"(d[7][2]), "+f"(d[7][3]), "+f"(d[8][0]), "+f"(d[8][1]), "+f"(d[8][2]), "+f"(d[8][3]), "+f"(d[9][0]), "+f"(d[9][1]), "+f"(d[9][2]), "+f"(d[9][3]), "+f"(d[10][0]), "+f"(d[10][1]), "+f"(d[10][2]), "+f"(d[10][3]), "+f"(d[11][0]), "+f"(d[11][1]), "+f"(d[11][2]), "+f"(d[11][3]), "+f"(d[12][0]), "+f"(d[12][1]), "+f"(d[12][2]), "+f"(d[12][3]), "+f"(d[13][0]), "+f"(d[13][1]), "+f"(d[13][2]), "+f"(d[13][3]), "+f"(d[14][0]), "+f"(d[14][1]), "+f"(d[14][2]), "+f"(d[14][3]), "+f"(d[15][0]), "+f"(d[15][1]), "+f"(d[15][2]), "+f"(d[15][3]) \
               : "l"(a), "l"(b), "r"(kept), "n"(a_order), "n"(b_order))
// clang-format on

/// d (+)= a b: m64, n = 8 tiles, k16; both matrices in shared memory, by their descriptors (shared_matrix).
template <typename T, Along a_along, Along b_along, int tiles>
__device__ inline void wgmma(float (&d)[tiles][4], uint64_t a, uint64_t b, Sums sums) {
  static_assert(tiles == 8 || tiles == 16);
  constexpr int a_order = static_cast<int>(a_along), b_order = static_cast<int>(b_along);
  const int kept = static_cast<int>(sums);
  if constexpr (tiles == 8 && std::is_same_v<T, __nv_bfloat16>)
    SIDESTEP_WGMMA_64_SHARED("bf16");
  else if constexpr (tiles == 8)
    SIDESTEP_WGMMA_64_SHARED("f16");
  else if constexpr (std::is_same_v<T, __nv_bfloat16>)
    SIDESTEP_WGMMA_128_SHARED("bf16");
  else
    SIDESTEP_WGMMA_128_SHARED("f16");
}
/// a from registers, which stay as they are until the product has been waited for.
template <typename T, Along b_along, int tiles>
__device__ inline void wgmma(float (&d)[tiles][4], const uint32_t (&a)[4], uint64_t b, Sums sums) {
  static_assert(tiles == 8 || tiles == 16);
  constexpr int b_order = static_cast<int>(b_along);
  const int kept = static_cast<int>(sums);
  if constexpr (tiles == 8 && std::is_same_v<T, __nv_bfloat16>)
    SIDESTEP_WGMMA_64_REGISTERS("bf16");
  else if constexpr (tiles == 8)
    SIDESTEP_WGMMA_64_REGISTERS("f16");
  else if constexpr (std::is_same_v<T, __nv_bfloat16>)
    SIDESTEP_WGMMA_128_REGISTERS("bf16");
  else
    SIDESTEP_WGMMA_128_REGISTERS("f16");
}
#undef SIDESTEP_WGMMA_64_SHARED
#undef SIDESTEP_WGMMA_64_REGISTERS
#undef SIDESTEP_WGMMA_128_SHARED
#undef SIDESTEP_WGMMA_128_REGISTERS

/// Registers a thread of this warp group from here on; what one group gives back others may take.
template <int count>
__device__ inline void give_registers_back() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(count));
}
template <int count>
__device__ inline void take_registers() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(count));
}

}  // namespace ptx
}  // namespace sidestep::cuda
