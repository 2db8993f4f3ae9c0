// Convolutions that no kernel of their own serves (conv1d_cuda.cu): 16-bit ones, transposed ones, kernels of very many taps.
// Matrix products over views of the signal (gemm_tile_cuda.cuh): y[o, l] = sum over (i, k) of weight[o, (i, k)] * x[i, l stride +
// k dilation - padding]. Nothing is laid out in memory. Compute bound, at a third of the f32 units' rate; no layer of a real
// model comes here.
#include "ops/conv1d_cuda.cuh"
#include "ops/cuda_ops.h"
#include "ops/cuda_rows.cuh"
#include "ops/gemm_tile_cuda.cuh"

namespace sidestep::cuda {
namespace {

/// Operands [B, channels, length] and a weight.
template <typename T>
struct Signals {
  const T *x, *weight, *bias;
  T* y;
  int64_t inputs, length, x_batch, x_channel;
  int64_t outputs, columns, y_batch, y_channel;
  int64_t taps, stride, padding;

  __device__ float input(int64_t b, int64_t i, int64_t at) const {
    return at >= 0 && at < length ? widened(x[b * x_batch + i * x_channel + at]) : 0.F;
  }
  __device__ void output(int64_t b, int64_t o, int64_t at, float sum) const {
    y[b * y_batch + o * y_channel + at] = narrowed<T>(sum + (bias == nullptr ? 0.F : widened(bias[o])));
  }
};

template <typename T>
struct Correlation : Signals<T> {
  static constexpr bool kDepthFastA = true, kDepthFastB = false;
  int64_t dilation;

  __host__ __device__ TileExtent extent() const { return {this->outputs, this->columns, this->inputs * this->taps}; }
  __device__ float a(int64_t, int64_t o, int64_t term) const {
    return widened(this->weight[o * this->inputs * this->taps + term]);
  }
  __device__ float b(int64_t g, int64_t term, int64_t l) const {
    const auto t = static_cast<uint32_t>(term), taps = static_cast<uint32_t>(this->taps);
    return this->input(g, t / taps, l * this->stride + t % taps * dilation - this->padding);
  }
  __device__ void store(int64_t g, int64_t o, int64_t l, float sum) const { this->output(g, o, l, sum); }
};

// Every stride-th output is its own correlation with every stride-th tap:
//   y[o, q stride + phase - padding] = sum over i, j of weight[i, o, phase + j stride] x[i, q - j]
template <typename T>
struct Phase : Signals<T> {
  static constexpr bool kDepthFastA = true, kDepthFastB = false;
  int64_t phase, phase_taps, kernel;

  __host__ __device__ TileExtent extent() const {
    return {this->outputs, (this->columns + this->padding) / this->stride + 1, this->inputs * phase_taps};
  }
  __device__ float a(int64_t, int64_t o, int64_t term) const {
    const auto t = static_cast<uint32_t>(term), taps = static_cast<uint32_t>(phase_taps);
    return widened(this->weight[(t / taps * this->outputs + o) * kernel + phase + t % taps * this->stride]);
  }
  __device__ float b(int64_t g, int64_t term, int64_t q) const {
    const auto t = static_cast<uint32_t>(term), taps = static_cast<uint32_t>(phase_taps);
    return this->input(g, t / taps, q - t % taps);
  }
  __device__ void store(int64_t g, int64_t o, int64_t q, float sum) const {
    const int64_t at = q * this->stride + phase - this->padding;
    if (at >= 0 && at < this->columns) this->output(g, o, at, sum);
  }
};

template <typename T, typename Op>
Signals<T> signals(const Op& op) {
  return {op.x.template data<T>(),
          op.weight.template data<T>(),
          op.bias ? op.bias.template data<T>() : nullptr,
          op.y.template data<T>(),
          op.x.dim(1),
          op.x.dim(2),
          op.x.stride(0),
          op.x.stride(1),
          op.y.dim(1),
          op.y.dim(2),
          op.y.stride(0),
          op.y.stride(1),
          op.weight.dim(2),
          op.stride,
          op.padding};
}

}  // namespace

void conv1d(const Conv1d& op, Stream& stream) {
  if (op.y.numel() == 0) return;
  if (op.x.dtype() == DType::f32 && correlate_f32(op, queue_of(stream))) return;
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    const Correlation<T> source{signals<T>(op), op.dilation};
    launch_tile_product(source, source.extent(), op.x.dim(0), queue_of(stream));
  });
}

void conv_transpose1d(const ConvTranspose1d& op, Stream& stream) {
  if (op.y.numel() == 0) return;
  const int64_t kernel = op.weight.dim(2);
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    for (int64_t phase = 0; phase < op.stride; ++phase) {
      const int64_t taps = std::max<int64_t>(0, ceil_div(kernel - phase, op.stride));
      const Phase<T> source{signals<T>(op), phase, taps, kernel};
      launch_tile_product(source, source.extent(), op.x.dim(0), queue_of(stream));
    }
  });
}

}  // namespace sidestep::cuda
