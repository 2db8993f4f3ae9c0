#include "ops/gemm_tile.h"

namespace sidestep::gemm_detail {

const TileKernels& tile_kernels_of(cpu::InstructionSet set) {
  switch (set) {
    case cpu::InstructionSet::portable: return *tile_kernels_portable();
    case cpu::InstructionSet::neon: return *tile_kernels_neon();
    case cpu::InstructionSet::avx2: return *tile_kernels_avx2();
    case cpu::InstructionSet::avx512: return *tile_kernels_avx512();
  }
  __builtin_unreachable();
}

const TileKernels& tile_kernels() {
  static const TileKernels& chosen = tile_kernels_of(cpu::instruction_set());
  return chosen;
}

}  // namespace sidestep::gemm_detail
