#if defined(__AVX512F__)
#include "ops/gemm_tile_body.h"
#else
#include "ops/gemm_tile.h"
#endif

namespace sidestep::gemm_detail {

const TileKernels* tile_kernels_avx512() {
#if defined(__AVX512F__)
  // 28 accumulators, two vectors of B and one broadcast: 31 of 32 registers.
  static constexpr TileKernels kKernels = make_tile_kernels<16, 14, 2>("avx512");
  return &kKernels;
#else
  return nullptr;
#endif
}

}  // namespace sidestep::gemm_detail
