#include "ops/gemm_tile.h"

#include <cstdlib>
#include <string_view>

namespace sidestep::gemm_detail {
namespace {

bool runs_avx512() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

bool runs_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

const TileKernels& choose() {
  const char* variable = std::getenv("SIDESTEP_CPU_ISA");
  const std::string_view limit = variable == nullptr ? "" : variable;
  const TileKernels* avx512 = limit.empty() || limit == "avx512" ? tile_kernels_avx512() : nullptr;
  const TileKernels* avx2 = limit != "portable" ? tile_kernels_avx2() : nullptr;
  if (avx512 != nullptr && runs_avx512()) return *avx512;
  if (avx2 != nullptr && runs_avx2()) return *avx2;
  const TileKernels* neon = limit != "portable" ? tile_kernels_neon() : nullptr;
  if (neon != nullptr) return *neon;  // every 64-bit ARM has it
  return *tile_kernels_portable();
}

}  // namespace

const TileKernels& tile_kernels() {
  static const TileKernels& chosen = choose();
  return chosen;
}

}  // namespace sidestep::gemm_detail
