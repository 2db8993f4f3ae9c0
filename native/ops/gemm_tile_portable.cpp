#include "ops/gemm_tile_body.h"

namespace sidestep::gemm_detail {

const TileKernels* tile_kernels_portable() {
#if defined(__aarch64__)
  // NEON: 24 accumulators, three vectors of B, A by lane: within 32 registers.
  static constexpr TileKernels kKernels = make_tile_kernels<4, 8, 3>("neon");
#else
  static constexpr TileKernels kKernels = make_tile_kernels<4, 4, 2>("portable");
#endif
  return &kKernels;
}

}  // namespace sidestep::gemm_detail
