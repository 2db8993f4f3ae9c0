#if defined(__x86_64__)
#include "ops/kernels_table.h"

namespace sidestep::cpu {

constinit const VectorKernels kAvx2Kernels = make_kernels("avx2");

}  // namespace sidestep::cpu
#endif
