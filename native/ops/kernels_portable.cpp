#include "ops/kernels_table.h"

namespace sidestep::cpu {

constinit const VectorKernels kPortableKernels = make_kernels("portable");

}  // namespace sidestep::cpu
