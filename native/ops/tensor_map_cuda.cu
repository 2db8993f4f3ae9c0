// Maps of tensors for copies of boxes. What makes them is the driver's; the runtime tells where it is, so that the driver itself
// is not linked.
#include <string>

#include "core/error.h"
#include "ops/cuda_check.cuh"
#include "ops/wgmma_cuda.cuh"

namespace sidestep::cuda {
namespace {

using Encode = CUresult (*)(CUtensorMap*, CUtensorMapDataType, cuuint32_t, void*, const cuuint64_t*, const cuuint64_t*,
                            const cuuint32_t*, const cuuint32_t*, CUtensorMapInterleave, CUtensorMapSwizzle,
                            CUtensorMapL2promotion, CUtensorMapFloatOOBfill);

/// Null where the driver has none.
Encode find_encode() {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult found{};
#if CUDART_VERSION >= 12050
  const cudaError_t error =
      cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &function, 12000, cudaEnableDefault, &found);
#else
  const cudaError_t error = cudaGetDriverEntryPoint("cuTensorMapEncodeTiled", &function, cudaEnableDefault, &found);
#endif
  if (error != cudaSuccess) cudaGetLastError();  // it is no launch's
  return error == cudaSuccess && found == cudaDriverEntryPointSuccess ? reinterpret_cast<Encode>(function) : nullptr;
}

Encode encode() {
  static const Encode once = find_encode();
  return once;
}

}  // namespace

bool has_warp_groups() {
  int device = 0, major = 0, minor = 0;
  SIDESTEP_CUDA_CHECK(cudaGetDevice(&device));
  SIDESTEP_CUDA_CHECK(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
  SIDESTEP_CUDA_CHECK(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device));
  return major == 9 && minor == 0 && encode() != nullptr;
}

CUtensorMap heads_map(const void* data, CUtensorMapDataType type, const int64_t (&strides)[3], int64_t batch, int64_t frames,
                      int64_t heads, int64_t head_dim, int64_t rows) {
  constexpr int64_t kColumns = 64, kElementBytes = 2;
  const cuuint64_t dims[4] = {static_cast<cuuint64_t>(head_dim), static_cast<cuuint64_t>(heads), static_cast<cuuint64_t>(frames),
                              static_cast<cuuint64_t>(batch)};
  const auto bytes = [&](int64_t stride, int64_t size) {  // of a dimension of one element any stride will do, but for zero
    return static_cast<cuuint64_t>((size == 1 ? head_dim : stride) * kElementBytes);
  };
  const cuuint64_t steps[3] = {bytes(strides[2], heads), bytes(strides[1], frames), bytes(strides[0], batch)};
  const cuuint32_t box[4] = {kColumns, 1, static_cast<cuuint32_t>(rows), 1}, every[4] = {1, 1, 1, 1};
  CUtensorMap map;
  const CUresult result =
      encode()(&map, type, 4, const_cast<void*>(data), dims, steps, box, every, CU_TENSOR_MAP_INTERLEAVE_NONE,
               CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  if (result != CUDA_SUCCESS)
    throw Error("native/cuda-failed", "The driver makes no map of heads of " + std::to_string(head_dim) +
                                          ": cuTensorMapEncodeTiled says " + std::to_string(static_cast<int>(result)));
  return map;
}

}  // namespace sidestep::cuda
