#include <algorithm>

#include "ops/backend.h"

namespace sidestep::cpu {
namespace {

float narrowed(float v, float*) { return v; }
bf16_t narrowed(float v, bf16_t*) { return to_bf16(v); }
f16_t narrowed(float v, f16_t*) { return to_f16(v); }

template <typename T>
void dequantise_row(const uint8_t* codes, const float* scales, int64_t width, T* y) {
  for (int64_t begin = 0; begin < width; begin += kQuantisedBlock) {
    const int64_t end = std::min(width, begin + kQuantisedBlock);
    const float scale = scales[begin / kQuantisedBlock];
    for (int64_t i = begin; i < end; ++i) y[i] = narrowed(static_cast<float>(codes[i] - kQuantisedZero) * scale, y);
  }
}

template <typename T>
void widen_row(const uint8_t* codes, float scale, CodeFormat format, int64_t width, T* y) {
  for (int64_t i = 0; i < width; ++i) y[i] = narrowed(code_value(codes[i], format) * scale, y);
}

template <typename T>
void widen_rows(const Dequantise& op, ThreadPool& pool) {
  pool.parallel_for(op.y.dim(0), [&](int64_t row) {
    widen_row(op.codes.data<uint8_t>() + row * op.codes.stride(0),
              op.scales.data<float>()[*op.format == CodeFormat::int8 ? row : 0], *op.format, op.y.dim(1),
              op.y.data<T>() + row * op.y.stride(0));
  });
}

template <typename T>
void dequantise_rows(const Dequantise& op, ThreadPool& pool) {
  if (op.format) return widen_rows<T>(op, pool);
  pool.parallel_for(op.y.dim(0), [&](int64_t row) {
    dequantise_row(op.codes.data<uint8_t>() + row * op.codes.stride(0), op.scales.data<float>() + row * op.scales.stride(0),
                   op.y.dim(1), op.y.data<T>() + row * op.y.stride(0));
  });
}

}  // namespace

void dequantise(const Dequantise& op, Stream& stream) {
  if (op.y.dtype() == DType::bf16)
    dequantise_rows<bf16_t>(op, stream.pool());
  else if (op.y.dtype() == DType::f16)
    dequantise_rows<f16_t>(op, stream.pool());
  else
    dequantise_rows<float>(op, stream.pool());
}

}  // namespace sidestep::cpu
