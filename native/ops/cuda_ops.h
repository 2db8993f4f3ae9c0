#pragma once
#include "ops/backend.h"

// One function per op, e.g. `cuda::rms_norm`, in ops/<op>_cuda.cu. Arguments have been checked; work is queued on the stream.
namespace sidestep::cuda {
#define SIDESTEP_DECLARE_OP(Struct, function) void function(const Struct& op, Stream& stream);
SIDESTEP_OPS(SIDESTEP_DECLARE_OP)
#undef SIDESTEP_DECLARE_OP
}  // namespace sidestep::cuda
