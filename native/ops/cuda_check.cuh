#pragma once
// What every CUDA file begins with: checked calls, checked launches, the stream of an op, memory for the length of an op.
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "core/stream.h"
#include "ops/device_cuda.cuh"

namespace sidestep::cuda {

/// Throws native/out-of-memory for cudaErrorMemoryAllocation, native/device-unavailable when no driver or device answers,
/// native/cuda-failed for the rest; the message names the call and what CUDA says of it.
[[noreturn]] void fail(cudaError_t error, const char* call);

inline void check(cudaError_t error, const char* call) {
  if (error != cudaSuccess) fail(error, call);
}

#define SIDESTEP_CUDA_CHECK(call) ::sidestep::cuda::check((call), #call)
/// After every launch (device_cuda.cuh): a bad configuration is reported here, a fault inside the kernel by a later synchronising
/// call.
#define SIDESTEP_CUDA_LAUNCHED(kernel) ::sidestep::cuda::check(cudaGetLastError(), "launch of " kernel)

/// Makes the stream's device current and returns its queue.
cudaStream_t queue_of(const Stream& stream);

constexpr int kWarp = 32;
constexpr int kThreads = 256;
constexpr unsigned kAllLanes = 0xffffffffU;

template <typename Integer>
constexpr Integer ceil_div(Integer a, Integer b) {
  return (a + b - 1) / b;
}

/// Device memory that lives from one point of the queue to another. It comes from the driver's pool, so it costs no
/// synchronisation, and it goes back in order: kernels queued before the destructor may still use it. Where a device has no pools
/// it is allocated and freed as other memory is, which waits.
class Scratch {
 public:
  Scratch(size_t bytes, cudaStream_t queue);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  template <typename T>
  T* data() const {
    return static_cast<T*>(memory_);
  }

 private:
  void* memory_ = nullptr;
  cudaStream_t queue_;
  bool pooled_;
};

}  // namespace sidestep::cuda
