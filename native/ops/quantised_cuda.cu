// 8-bit frozen weights back to the dtype of the product that follows. Memory bound: 1 byte a code, 1/16 of one for its scale, 2
// written in bf16. A [6144, 2048] matrix of the 2B model is 12.6 MB + 0.8 MB + 25.2 MB, 13 us at 3 TB/s, beside a product of
// 3000 rows of 76 GFLOP (0.10 to 0.19 ms at 400 to 800 TFLOP/s).
#include "ops/cuda_ops.h"
#include "ops/cuda_rows.cuh"

namespace sidestep::cuda {
namespace {

/// V codes of one block: V divides kQuantisedBlock, and columns begin at a multiple of it.
template <typename T>
struct DequantiseBody {
  Rows<const uint8_t> codes;
  Rows<const float> scales;
  Rows<T> y;
  template <int V>
  __device__ void at(int64_t row, int64_t i) const {
    const auto pack = *reinterpret_cast<const Pack<uint8_t, V>*>(codes[row] + i);
    const float scale = scales[row][i / kQuantisedBlock];
    float v[V];
#pragma unroll
    for (int j = 0; j < V; ++j) v[j] = static_cast<float>(static_cast<int>(pack.value[j]) - kQuantisedZero) * scale;
    store(y[row] + i, v);
  }
};

/// Codes with a scale a row.
template <typename T>
struct WidenBody {
  Rows<const uint8_t> codes;
  const float* scales;
  Rows<T> y;
  CodeFormat format;
  template <int V>
  __device__ void at(int64_t row, int64_t i) const {
    const auto pack = *reinterpret_cast<const Pack<uint8_t, V>*>(codes[row] + i);
    float v[V];
#pragma unroll
    for (int j = 0; j < V; ++j) v[j] = code_value(pack.value[j], format) * scales[format == CodeFormat::int8 ? row : 0];
    store(y[row] + i, v);
  }
};

}  // namespace

void dequantise(const Dequantise& op, Stream& stream) {
  const cudaStream_t queue = queue_of(stream);
  const Extent extent{op.y.dim(0), op.y.dim(1)};
  with_storage(op.y.dtype(), [&]<typename T>(T) {
    if (op.format) {
      const WidenBody<T> body{rows_of<uint8_t>(op.codes), op.scales.data<float>(), rows_of<T>(op.y), *op.format};
      over_rows<T>(body, extent, {op.codes, op.y}, queue);
      return;
    }
    const DequantiseBody<T> body{rows_of<uint8_t>(op.codes), rows_of<float>(op.scales), rows_of<T>(op.y)};
    over_rows<T>(body, extent, {op.codes, op.y}, queue);
  });
}

}  // namespace sidestep::cuda
