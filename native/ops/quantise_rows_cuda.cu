// Activations to 8-bit codes. Memory bound: [3000, 6144] bf16 is 37 MB read and 18 MB written, 18 us at 3 TB/s, beside a product
// of 75 GFLOP. A row's second reading, to encode it, finds it in the cache. e4m3 has one scale for all rows: x is read once by
// itself for it.
#include <algorithm>

#include "ops/cuda_ops.h"
#include "ops/cuda_rows.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kWarps = kThreads / kWarp;
constexpr int kMostParts = 512;  // of the search for the largest of all rows

struct WarpMagnitudes {
  uint32_t of[kWarps];
};

/// The largest over a block, in every thread. Bits of magnitudes, so that NaN is not lost. All threads must call it, once in a
/// kernel: parts of a first call may still be read when a second would write its own.
__device__ inline uint32_t block_largest(uint32_t bits) {
  auto& of = shared<WarpMagnitudes>().of;
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) bits = max(bits, __shfl_xor_sync(kAllLanes, bits, offset));
  if (threadIdx.x % kWarp == 0) of[threadIdx.x / kWarp] = bits;
  __syncthreads();
#pragma unroll
  for (int i = 0; i < kWarps; ++i) bits = max(bits, of[i]);
  return bits;
}

template <typename T>
struct Source {
  Rows<const T> x;
  const float* factors;
  Extent extent;

  template <int V>
  __device__ void load_at(int64_t row, int64_t column, float (&v)[V]) const {
    load(x[row] + column, v);
    if (factors == nullptr) return;
#pragma unroll
    for (int i = 0; i < V; ++i) v[i] *= factors[column + i];
  }
  /// Of what this thread sees of a row.
  template <int V>
  __device__ uint32_t largest(int64_t row) const {
    uint32_t bits = 0;
    for (int64_t column = int64_t{threadIdx.x} * V; column < extent.width; column += int64_t{kThreads} * V) {
      float v[V];
      load_at(row, column, v);
#pragma unroll
      for (int i = 0; i < V; ++i) bits = max(bits, magnitude_bits(v[i]));
    }
    return bits;
  }
};

template <CodeFormat format>
__device__ inline uint8_t encoded(float v) {
  if constexpr (format == CodeFormat::e4m3)
    return to_e4m3(v);
  else
    return static_cast<uint8_t>(static_cast<int8_t>(static_cast<int>(rintf(v))));
}

template <CodeFormat format, int V, typename T>
__device__ void encode(const Source<T>& source, int64_t row, float inverse, uint8_t* codes) {
  for (int64_t column = int64_t{threadIdx.x} * V; column < source.extent.width; column += int64_t{kThreads} * V) {
    float v[V];
    source.load_at(row, column, v);
    Pack<uint8_t, V> pack;
#pragma unroll
    for (int i = 0; i < V; ++i) pack.value[i] = inverse == 0 ? uint8_t{0} : encoded<format>(v[i] * inverse);
    *reinterpret_cast<Pack<uint8_t, V>*>(codes + row * source.extent.width + column) = pack;
  }
}

// One block a row.
template <int V, typename T>
__global__ void __launch_bounds__(kThreads) quantise_rows_kernel(const Source<T> source, uint8_t* codes, float* scales) {
  const int64_t row = blockIdx.x;
  const CodeScale by = code_scale(block_largest(source.template largest<V>(row)), CodeFormat::int8);
  if (threadIdx.x == 0) scales[row] = by.scale;
  encode<CodeFormat::int8, V>(source, row, by.inverse, codes);
}

/// The largest of each block's rows.
template <int V, typename T>
__global__ void __launch_bounds__(kThreads) largest_kernel(const Source<T> source, uint32_t* parts) {
  uint32_t bits = 0;
  for (int64_t row = blockIdx.x; row < source.extent.rows; row += gridDim.x) bits = max(bits, source.template largest<V>(row));
  bits = block_largest(bits);
  if (threadIdx.x == 0) parts[blockIdx.x] = bits;
}

template <int V, typename T>
__global__ void __launch_bounds__(kThreads)
    quantise_all_kernel(const Source<T> source, const uint32_t* parts, int part_count, uint8_t* codes, float* scale) {
  uint32_t bits = 0;
  for (int i = static_cast<int>(threadIdx.x); i < part_count; i += kThreads) bits = max(bits, parts[i]);
  const CodeScale by = code_scale(block_largest(bits), CodeFormat::e4m3);
  if (blockIdx.x == 0 && threadIdx.x == 0) *scale = by.scale;
  for (int64_t row = blockIdx.x; row < source.extent.rows; row += gridDim.x)
    encode<CodeFormat::e4m3, V>(source, row, by.inverse, codes);
}

template <int V, typename T>
void queue_quantisation(const QuantiseRows& op, const Source<T>& source, cudaStream_t queue) {
  auto* codes = op.codes.data<uint8_t>();
  auto* scales = op.scales.data<float>();
  if (op.format == CodeFormat::int8) {
    if (source.extent.rows == 0) return;
    launch(quantise_rows_kernel<V, T>, static_cast<unsigned>(source.extent.rows), kThreads, 0, queue)(source, codes, scales);
    SIDESTEP_CUDA_LAUNCHED("quantise_rows_kernel");
    return;
  }
  const auto parts = static_cast<unsigned>(std::clamp<int64_t>(source.extent.rows, 1, kMostParts));
  const Scratch largest(parts * sizeof(uint32_t), queue);
  launch(largest_kernel<V, T>, parts, kThreads, 0, queue)(source, largest.data<uint32_t>());
  SIDESTEP_CUDA_LAUNCHED("largest_kernel");
  const auto blocks = static_cast<unsigned>(std::clamp<int64_t>(source.extent.rows, 1, 1 << 20));
  launch(quantise_all_kernel<V, T>, blocks, kThreads, 0, queue)(source, largest.data<uint32_t>(), static_cast<int>(parts), codes,
                                                                scales);
  SIDESTEP_CUDA_LAUNCHED("quantise_all_kernel");
}

}  // namespace

void quantise_rows(const QuantiseRows& op, Stream& stream) {
  const cudaStream_t queue = queue_of(stream);
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    const Source<T> source{rows_of<T>(op.x), op.factors ? op.factors.data<float>() : nullptr, {op.x.dim(0), op.x.dim(1)}};
    if (packable({op.x, op.codes}, op.x.dim(1), kPack<T>))
      queue_quantisation<kPack<T>>(op, source, queue);
    else
      queue_quantisation<1>(op, source, queue);
  });
}

}  // namespace sidestep::cuda
