#pragma once
// Element-wise work: storage types, 16-byte accesses, and one launch shape for everything that is rows of numbers.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <initializer_list>

#include "core/tensor.h"
#include "ops/cuda_check.cuh"

namespace sidestep::cuda {

/// Calls body(T{}) with the device's storage type of a floating dtype (others are refused before any kernel).
template <typename Body>
void with_storage(DType dtype, const Body& body) {
  if (dtype == DType::f32)
    body(float{});
  else if (dtype == DType::bf16)
    body(__nv_bfloat16{});
  else
    body(__half{});
}

__device__ inline float widened(float v) { return v; }
__device__ inline float widened(__nv_bfloat16 v) { return __bfloat162float(v); }
__device__ inline float widened(__half v) { return __half2float(v); }

template <typename T>
__device__ inline T narrowed(float v) {
  if constexpr (std::is_same_v<T, __nv_bfloat16>)
    return __float2bfloat16_rn(v);
  else if constexpr (std::is_same_v<T, __half>)
    return __float2half_rn(v);
  else
    return v;
}

/// v as it reads after being stored as T: where upstream computes step by step in 16 bits.
template <typename T>
__device__ inline float rounded(float v) {
  return widened(narrowed<T>(v));
}

/// Elements of one 16-byte access.
template <typename T>
constexpr int kPack = 16 / static_cast<int>(sizeof(T));

template <typename T, int V>
struct alignas(sizeof(T) * V) Pack {
  T value[V];
};

template <int V, typename T>
__device__ inline void load(const T* from, float (&to)[V]) {
  const auto pack = *reinterpret_cast<const Pack<T, V>*>(from);
#pragma unroll
  for (int i = 0; i < V; ++i) to[i] = widened(pack.value[i]);
}

template <int V, typename T>
__device__ inline void store(T* to, const float (&from)[V]) {
  Pack<T, V> pack;
#pragma unroll
  for (int i = 0; i < V; ++i) pack.value[i] = narrowed<T>(from[i]);
  *reinterpret_cast<Pack<T, V>*>(to) = pack;
}

/// Rows of a tensor of up to three dimensions, [N, D] or [B, T, D], numbered through.
template <typename T>
struct Rows {
  T* data;
  int64_t outer, inner;
  uint32_t per_outer;

  __device__ T* operator[](int64_t row) const {
    const auto n = static_cast<uint32_t>(row);
    return data + n / per_outer * outer + n % per_outer * inner;
  }
  __device__ uint32_t sample(int64_t row) const { return static_cast<uint32_t>(row) / per_outer; }
};

template <typename T, typename Pointer>
auto rows_of(const BasicTensor<Pointer>& t) {
  using Element = std::conditional_t<std::is_same_v<Pointer, const void*>, const T, T>;
  Element* data = static_cast<Element*>(t.raw());
  if (!t || t.rank() < 2) return Rows<Element>{data, 0, 0, 1};
  if (t.rank() == 2) return Rows<Element>{data, 0, t.stride(0), static_cast<uint32_t>(std::max<int64_t>(1, t.dim(0)))};
  return Rows<Element>{data, t.stride(0), t.stride(1), static_cast<uint32_t>(std::max<int64_t>(1, t.dim(1)))};
}

/// All elements of a contiguous tensor as one row.
template <typename T, typename Pointer>
auto flat(const BasicTensor<Pointer>& t) {
  using Element = std::conditional_t<std::is_same_v<Pointer, const void*>, const T, T>;
  return Rows<Element>{static_cast<Element*>(t.raw()), 0, 0, 1};
}

inline bool aligned(const void* pointer, size_t bytes) { return reinterpret_cast<uintptr_t>(pointer) % bytes == 0; }

/// Whether every row of these tensors begins at a multiple of `elements` elements, and `width` is one.
inline bool packable(std::initializer_list<ConstTensor> tensors, int64_t width, int elements) {
  if (width % elements != 0) return false;
  for (const ConstTensor& t : tensors) {
    if (!t) continue;
    if (!aligned(t.raw(), static_cast<size_t>(elements) * dtype_size(t.dtype()))) return false;
    for (int i = 0; i + 1 < t.rank(); ++i)
      if (t.dim(i) > 1 && t.stride(i) % elements != 0) return false;
  }
  return true;
}

struct Extent {
  int64_t rows, width;
};

/// Blocks that must fit a multiprocessor at once, where a body says so: the assembler's own guess makes some spill for one more.
template <typename Body>
constexpr int least_blocks() {
  if constexpr (requires { Body::kLeastBlocks; })
    return Body::kLeastBlocks;
  else
    return 0;
}

/// body.template at<V>(row, column) for every V neighbouring elements. One block a row (or several, for few long rows).
template <int V, typename Body>
__global__ void __launch_bounds__(kThreads, least_blocks<Body>()) over_rows_kernel(const Body body, const Extent extent) {
  for (int64_t row = blockIdx.x; row < extent.rows; row += gridDim.x)
    for (int64_t column = (int64_t{blockIdx.y} * kThreads + threadIdx.x) * V; column < extent.width;
         column += int64_t{gridDim.y} * kThreads * V)
      body.template at<V>(row, column);
}

template <int V, typename Body>
void launch_over_rows(const Body& body, const Extent& extent, cudaStream_t queue) {
  if (extent.rows == 0 || extent.width == 0) return;
  const auto x = static_cast<unsigned>(std::min<int64_t>(extent.rows, 1 << 20));
  const auto y = static_cast<unsigned>(std::min<int64_t>(ceil_div(extent.width, int64_t{kThreads} * V), 32768));
  launch(over_rows_kernel<V, Body>, dim3(x, y), kThreads, 0, queue)(body, extent);
  SIDESTEP_CUDA_LAUNCHED("over_rows_kernel");
}

/// Sixteen bytes a thread where `tensors` allow it, else one element.
template <typename T, typename Body>
void over_rows(const Body& body, const Extent& extent, std::initializer_list<ConstTensor> tensors, cudaStream_t queue) {
  if (packable(tensors, extent.width, kPack<T>))
    launch_over_rows<kPack<T>>(body, extent, queue);
  else
    launch_over_rows<1>(body, extent, queue);
}

/// The same for contiguous tensors of equal size.
template <typename T, typename Body>
void over_elements(const Body& body, int64_t n, std::initializer_list<ConstTensor> tensors, cudaStream_t queue) {
  bool pack = n % kPack<T> == 0;
  for (const ConstTensor& t : tensors) pack = pack && (!t || aligned(t.raw(), size_t{16}));
  if (pack)
    launch_over_rows<kPack<T>>(body, {1, n}, queue);
  else
    launch_over_rows<1>(body, {1, n}, queue);
}

}  // namespace sidestep::cuda
