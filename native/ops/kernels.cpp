#include "ops/kernels.h"

namespace sidestep::cpu {

const VectorKernels& vector_kernels_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::portable:
    case InstructionSet::neon: return kPortableKernels;
#if defined(__x86_64__)
    case InstructionSet::avx2: return kAvx2Kernels;
    case InstructionSet::avx512: return kAvx512Kernels;
#else
    case InstructionSet::avx2:
    case InstructionSet::avx512: break;
#endif
  }
  __builtin_unreachable();  // not available
}

const VectorKernels& vector_kernels() {
  static const VectorKernels& chosen = vector_kernels_of(instruction_set());
  return chosen;
}

}  // namespace sidestep::cpu
