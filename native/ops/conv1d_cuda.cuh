#pragma once
#include "ops/conv.h"
#include "ops/cuda_check.cuh"

namespace sidestep::cuda {

/// An f32 convolution by its own kernels; false where it serves none: what a few channels take does not fit
/// shared memory, or the batch is too large. Nothing is queued then.
bool correlate_f32(const Conv1d& op, cudaStream_t queue);

}  // namespace sidestep::cuda
