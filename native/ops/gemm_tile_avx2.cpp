#if defined(__AVX2__)
#include "ops/gemm_tile_body.h"
#else
#include "ops/gemm_tile.h"
#endif

namespace sidestep::gemm_detail {

const TileKernels* tile_kernels_avx2() {
#if defined(__AVX2__)
  // 12 accumulators, two vectors of B and one broadcast: 15 of 16 registers.
  static constexpr TileKernels kKernels = make_tile_kernels<8, 6, 2>("avx2");
  return &kKernels;
#else
  return nullptr;
#endif
}

}  // namespace sidestep::gemm_detail
