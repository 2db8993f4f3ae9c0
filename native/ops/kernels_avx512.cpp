#if defined(__x86_64__)
#include "ops/kernels_table.h"

namespace sidestep::cpu {

constinit const VectorKernels kAvx512Kernels = make_kernels("avx512");

}  // namespace sidestep::cpu
#endif
