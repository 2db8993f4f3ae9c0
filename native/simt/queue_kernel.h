#pragma once
#include <cstddef>
#include <functional>

#include "simt/thread.h"

using cudaStream_t = struct SimtStream*;

namespace sidestep::simt {

/// A launch, as CUDA checks it.
struct Shape {
  const void* kernel;  ///< its address: symbols.h knows the name
  dim3 grid, block;
  size_t shared_bytes, argument_bytes;
};

/// Queues `thread`, which every CUDA thread calls once. A configuration that no card takes is noted for cudaGetLastError.
void queue_kernel(const Shape& shape, cudaStream_t queue, std::function<void()> thread);

}  // namespace sidestep::simt
