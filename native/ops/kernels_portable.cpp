#include "ops/kernels_table.h"

namespace sidestep::cpu {

// Vectors of four floats: SSE2 or NEON, which every 64-bit processor of its kind has, without further ado.
#if defined(__aarch64__)
constinit const VectorKernels kPortableKernels = make_kernels("neon");
#else
constinit const VectorKernels kPortableKernels = make_kernels("portable");
#endif

}  // namespace sidestep::cpu
