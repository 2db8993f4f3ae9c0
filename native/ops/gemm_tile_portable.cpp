#include "ops/gemm_tile_body.h"

namespace sidestep::gemm_detail {

const TileKernels* tile_kernels_portable() {
  static constexpr TileKernels kKernels = make_tile_kernels<4, 4, 2>("portable");
  return &kKernels;
}

}  // namespace sidestep::gemm_detail
