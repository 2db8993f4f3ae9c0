#include "ops/kernels.h"

#include <cstdlib>
#include <string_view>

namespace sidestep::cpu {

namespace {

const VectorKernels& choose() {
#if defined(__x86_64__)
  const char* asked = std::getenv("SIDESTEP_CPU_ISA");
  const std::string_view limit = asked == nullptr ? "avx512" : asked;
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (wide && limit == "avx512") return kAvx512Kernels;
  // F16C is used too: every processor with AVX2 has it, and clang before 15 cannot ask.
  const bool medium = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (medium && limit != "portable") return kAvx2Kernels;
#endif
  return kPortableKernels;
}

}  // namespace

const VectorKernels& vector_kernels() {
  static const VectorKernels& chosen = choose();
  return chosen;
}

}  // namespace sidestep::cpu
