// RMSNorm and its relatives. A row is read from memory once for its sum and again from the cache for the scaling, so the
// traffic is one read and one write (with what is added first two of each); 4 to 12 FLOPs an element: memory bound. [3000, 2048]
// bf16 moves 25 MB, 8 us at 3 TB/s.
#include <algorithm>

#include "ops/cuda_ops.h"
#include "ops/cuda_reduce.cuh"
#include "ops/cuda_rows.cuh"

namespace sidestep::cuda {
namespace {

/// Modulation and weight of one row; null where there is none.
template <typename T>
struct Affine {
  const T *weight, *scale, *shift;
  int64_t scale_stride, shift_stride;
};

/// A row of x for each sample, and which sample a row of x belongs to; null where there is none.
template <typename T>
struct PerSample {
  const T* data;
  int64_t stride;
  uint32_t rows;

  __device__ const T* of(int64_t row) const { return data + static_cast<uint32_t>(row) / rows * stride; }
};

template <typename T>
PerSample<T> per_sample(const ConstTensor& gate, int64_t rows) {
  if (!gate) return {nullptr, 0, 1};
  return {gate.data<T>(), gate.stride(0), static_cast<uint32_t>(std::max<int64_t>(1, rows / gate.dim(0)))};
}

/// What is added to x first; h is null where nothing is.
template <typename T>
struct Residual {
  Rows<const T> h;
  PerSample<T> gate;
  Rows<T> sum;
};

template <typename T>
Residual<T> residual_of(const AddedFirst& added, int64_t rows) {
  return {rows_of<T>(added.h), per_sample<T>(added.gate, rows), rows_of<T>(added.sum)};
}

template <typename T>
struct NormForward {
  Rows<const T> x;
  Residual<T> residual;
  Affine<T> affine;
  Rows<T> y;
  float* inv_rms;
  float eps;
  int64_t width;
};

/// What is normalised of x: itself, or the sum, which a thread also writes and reads again in its second pass. Product and sum
/// are two roundings, as in GatedAdd, whose bits these are: a compiler would make one instruction of them here or there.
template <typename T, int V>
__device__ void load_summed(const NormForward<T>& op, int64_t row, int64_t i, float (&v)[V]) {
  load(op.x[row] + i, v);
  const Residual<T>& residual = op.residual;
  if (residual.h.data == nullptr) return;
  float h[V];
  load(residual.h[row] + i, h);
  if (residual.gate.data != nullptr) {
    float gate[V];
    load(residual.gate.of(row) + i, gate);
#pragma unroll
    for (int j = 0; j < V; ++j) h[j] = rounded<T>(__fmul_rn(gate[j], h[j]));
  }
#pragma unroll
  for (int j = 0; j < V; ++j) v[j] = rounded<T>(v[j] + h[j]);
  store(residual.sum[row] + i, v);
}

/// y = round(round(x inv_rms) weight) (1 + scale) + shift, or round(x inv_rms) weight without modulation.
template <typename T, int V>
__device__ void scale_row(const NormForward<T>& op, int64_t row, int64_t i, float inv_rms) {
  float v[V], w[V];
  load(op.residual.h.data == nullptr ? op.x[row] + i : static_cast<const T*>(op.residual.sum[row]) + i, v);
  load(op.affine.weight + i, w);
#pragma unroll
  for (int j = 0; j < V; ++j) v[j] = rounded<T>(v[j] * inv_rms) * w[j];
  if (op.affine.scale != nullptr) {
    float scale[V], shift[V];
    const uint32_t b = op.x.sample(row);
    load(op.affine.scale + b * op.affine.scale_stride + i, scale);
    load(op.affine.shift + b * op.affine.shift_stride + i, shift);
#pragma unroll
    for (int j = 0; j < V; ++j) v[j] = rounded<T>(v[j]) * (1.F + scale[j]) + shift[j];
  }
  store(op.y[row] + i, v);
}

// One block a row.
template <typename T, int V>
__global__ void __launch_bounds__(kThreads) norm_kernel(const NormForward<T> op) {
  const int64_t row = blockIdx.x;
  float squares = 0;
  for (int64_t i = threadIdx.x * V; i < op.width; i += kThreads * V) {
    float v[V];
    load_summed<T, V>(op, row, i, v);
#pragma unroll
    for (int j = 0; j < V; ++j) squares += v[j] * v[j];
  }
  const float inv_rms = 1.F / sqrtf(block_sum(squares) / static_cast<float>(op.width) + op.eps);
  if (op.inv_rms != nullptr && threadIdx.x == 0) op.inv_rms[row] = inv_rms;
  for (int64_t i = threadIdx.x * V; i < op.width; i += kThreads * V) scale_row<T, V>(op, row, i, inv_rms);
}

template <typename T>
struct NormBackward {
  Rows<const T> dy, x;
  Affine<T> affine;
  const float* inv_rms;
  Rows<T> dx;
  float beta;
  int64_t width;
  PerSample<T> gate;  ///< of what is also written
  Rows<T> gated;
};

/// g = dy * weight [* (1 + scale)]
template <typename T, int V>
__device__ void weighted_gradient(const NormBackward<T>& op, int64_t row, int64_t i, float (&g)[V]) {
  float w[V];
  load(op.dy[row] + i, g);
  load(op.affine.weight + i, w);
#pragma unroll
  for (int j = 0; j < V; ++j) g[j] *= w[j];
  if (op.affine.scale == nullptr) return;
  load(op.affine.scale + op.x.sample(row) * op.affine.scale_stride + i, w);
#pragma unroll
  for (int j = 0; j < V; ++j) g[j] *= 1.F + w[j];
}

// dx = inv_rms (g - x inv_rms^2 mean(g x)) + beta dx. One block a row; reads dy and x, writes dx (37 MB, 12 us for the 2B
// model's rows), and reads dx where it adds.
template <typename T, int V>
__global__ void __launch_bounds__(kThreads) norm_backward_kernel(const NormBackward<T> op) {
  const int64_t row = blockIdx.x;
  float dot = 0;
  for (int64_t i = threadIdx.x * V; i < op.width; i += kThreads * V) {
    float g[V], x[V];
    weighted_gradient<T, V>(op, row, i, g);
    load(op.x[row] + i, x);
#pragma unroll
    for (int j = 0; j < V; ++j) dot += g[j] * x[j];
  }
  const float inv_rms = op.inv_rms[row], pull = inv_rms * inv_rms * (block_sum(dot) / static_cast<float>(op.width));
  for (int64_t i = threadIdx.x * V; i < op.width; i += kThreads * V) {
    float g[V], x[V];
    weighted_gradient<T, V>(op, row, i, g);
    load(op.x[row] + i, x);
#pragma unroll
    for (int j = 0; j < V; ++j) g[j] = inv_rms * (g[j] - x[j] * pull);
    if (op.beta != 0) {
      load(static_cast<const T*>(op.dx[row]) + i, x);
#pragma unroll
      for (int j = 0; j < V; ++j) g[j] += op.beta * x[j];
    }
    store(op.dx[row] + i, g);
    if (op.gate.data == nullptr) continue;
    load(op.gate.of(row) + i, x);
#pragma unroll
    for (int j = 0; j < V; ++j) g[j] = rounded<T>(g[j]) * x[j];
    store(op.gated[row] + i, g);
  }
}

constexpr int kSumColumns = 32, kSumRows = 32;

template <typename T>
struct ModulationGradients {
  Rows<const T> dy, x;
  const T* weight;
  const float* inv_rms;
  float *dshift, *dscale;
  int64_t dshift_stride, dscale_stride, frames, width;
};

struct ModulationParts {
  float shifts[kSumRows][kSumColumns + 1], scales[kSumRows][kSumColumns + 1];
};

// dshift += sum over t of dy; dscale += weight * sum over t of dy x inv_rms. One block sums 32 columns of one sample, each
// thread every 32nd frame, the parts in order. Asked for only when the timestep path is trained.
template <typename T>
__global__ void __launch_bounds__(kSumColumns* kSumRows) modulation_gradients_kernel(const ModulationGradients<T> op) {
  auto& [shifts, scales] = shared<ModulationParts>();
  const int64_t column = int64_t{blockIdx.x} * kSumColumns + threadIdx.x, b = blockIdx.y, first = b * op.frames;
  float shift = 0, scale = 0;
  if (column < op.width)
    for (int64_t row = first + threadIdx.y; row < first + op.frames; row += kSumRows) {
      const float g = widened(op.dy[row][column]);
      shift += g;
      scale += g * widened(op.x[row][column]) * op.inv_rms[row];
    }
  shifts[threadIdx.y][threadIdx.x] = shift;
  scales[threadIdx.y][threadIdx.x] = scale;
  __syncthreads();
  if (threadIdx.y != 0 || column >= op.width) return;
  shift = scale = 0;
  for (int i = 0; i < kSumRows; ++i) {
    shift += shifts[i][threadIdx.x];
    scale += scales[i][threadIdx.x];
  }
  op.dshift[b * op.dshift_stride + column] += shift;
  op.dscale[b * op.dscale_stride + column] += scale * widened(op.weight[column]);
}

template <typename T>
void run(const NormForward<T>& op, int64_t rows, bool pack, cudaStream_t queue) {
  if (rows == 0) return;
  if (pack)
    launch(norm_kernel<T, kPack<T>>, static_cast<unsigned>(rows), kThreads, 0, queue)(op);
  else
    launch(norm_kernel<T, 1>, static_cast<unsigned>(rows), kThreads, 0, queue)(op);
  SIDESTEP_CUDA_LAUNCHED("norm_kernel");
}

template <typename T>
void run(const NormBackward<T>& op, int64_t rows, bool pack, cudaStream_t queue) {
  if (rows == 0) return;
  if (pack)
    launch(norm_backward_kernel<T, kPack<T>>, static_cast<unsigned>(rows), kThreads, 0, queue)(op);
  else
    launch(norm_backward_kernel<T, 1>, static_cast<unsigned>(rows), kThreads, 0, queue)(op);
  SIDESTEP_CUDA_LAUNCHED("norm_backward_kernel");
}

// One warp a row: rows of weight matrices (DoRA). One pass: [6144, 2048] bf16 25 MB, 8 us.
template <typename T>
__global__ void __launch_bounds__(kThreads) row_norm_kernel(const Rows<const T> x, float* y, int64_t rows, int64_t width) {
  const int64_t row = int64_t{blockIdx.x} * (kThreads / kWarp) + threadIdx.x / kWarp;
  if (row >= rows) return;
  float squares = 0;
  for (int64_t i = threadIdx.x % kWarp; i < width; i += kWarp) {
    const float v = widened(x[row][i]);
    squares += v * v;
  }
  squares = warp_sum(squares);
  if (threadIdx.x % kWarp == 0) y[row] = sqrtf(squares);
}

}  // namespace

void rms_norm(const RmsNorm& op, Stream& stream) {
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    const int64_t rows = op.x.dim(0), width = op.x.dim(1);
    const NormForward<T> kernel{rows_of<T>(op.x),
                                residual_of<T>(op.added, rows),
                                {op.weight.data<T>(), nullptr, nullptr, 0, 0},
                                rows_of<T>(op.y),
                                op.inv_rms ? op.inv_rms.data<float>() : nullptr,
                                op.eps,
                                width};
    run(kernel, rows, packable({op.x, op.weight, op.y, op.added.h, op.added.gate, op.added.sum}, width, kPack<T>),
        queue_of(stream));
  });
}

void rms_norm_backward(const RmsNormBackward& op, Stream& stream) {
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    const NormBackward<T> kernel{rows_of<T>(op.dy),
                                 rows_of<T>(op.x),
                                 {op.weight.data<T>(), nullptr, nullptr, 0, 0},
                                 op.inv_rms.data<float>(),
                                 rows_of<T>(op.dx),
                                 op.beta,
                                 op.x.dim(1),
                                 per_sample<T>(op.after.gate, op.x.dim(0)),
                                 rows_of<T>(op.after.gated)};
    run(kernel, op.x.dim(0), packable({op.dy, op.x, op.weight, op.dx, op.after.gate, op.after.gated}, op.x.dim(1), kPack<T>),
        queue_of(stream));
  });
}

void modulated_rms_norm(const ModulatedRmsNorm& op, Stream& stream) {
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    const Affine<T> affine{op.weight.data<T>(), op.scale.data<T>(), op.shift.data<T>(), op.scale.stride(0), op.shift.stride(0)};
    const int64_t rows = op.x.dim(0) * op.x.dim(1), width = op.x.dim(2);
    const NormForward<T> kernel{rows_of<T>(op.x),
                                residual_of<T>(op.added, rows),
                                affine,
                                rows_of<T>(op.y),
                                op.inv_rms ? op.inv_rms.data<float>() : nullptr,
                                op.eps,
                                width};
    run(kernel, rows,
        packable({op.x, op.weight, op.scale, op.shift, op.y, op.added.h, op.added.gate, op.added.sum}, width, kPack<T>),
        queue_of(stream));
  });
}

void modulated_rms_norm_backward(const ModulatedRmsNormBackward& op, Stream& stream) {
  const cudaStream_t queue = queue_of(stream);
  const int64_t batch = op.x.dim(0), frames = op.x.dim(1), width = op.x.dim(2);
  if (op.x.numel() == 0) return;
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    if (op.dshift) {  // before dx, which may alias dy
      const ModulationGradients<T> gradients{rows_of<T>(op.dy),
                                             rows_of<T>(op.x),
                                             op.weight.data<T>(),
                                             op.inv_rms.data<float>(),
                                             op.dshift.data<float>(),
                                             op.dscale.data<float>(),
                                             op.dshift.stride(0),
                                             op.dscale.stride(0),
                                             frames,
                                             width};
      const dim3 grid(static_cast<unsigned>(ceil_div(width, int64_t{kSumColumns})), static_cast<unsigned>(batch));
      launch(modulation_gradients_kernel<T>, grid, dim3(kSumColumns, kSumRows), 0, queue)(gradients);
      SIDESTEP_CUDA_LAUNCHED("modulation_gradients_kernel");
    }
    const NormBackward<T> kernel{rows_of<T>(op.dy),
                                 rows_of<T>(op.x),
                                 {op.weight.data<T>(), op.scale.data<T>(), nullptr, op.scale.stride(0), 0},
                                 op.inv_rms.data<float>(),
                                 rows_of<T>(op.dx),
                                 op.beta,
                                 width,
                                 per_sample<T>(op.after.gate, batch * frames),
                                 rows_of<T>(op.after.gated)};
    run(kernel, batch * frames,
        packable({op.dy, op.x, op.weight, op.scale, op.dx, op.after.gate, op.after.gated}, width, kPack<T>), queue);
  });
}

void row_norm(const RowNorm& op, Stream& stream) {
  if (op.x.dim(0) == 0) return;
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    const auto blocks = static_cast<unsigned>(ceil_div(op.x.dim(0), int64_t{kThreads / kWarp}));
    launch(row_norm_kernel<T>, blocks, kThreads, 0, queue_of(stream))(rows_of<T>(op.x), op.y.data<float>(), op.x.dim(0),
                                                                      op.x.dim(1));
    SIDESTEP_CUDA_LAUNCHED("row_norm_kernel");
  });
}

}  // namespace sidestep::cuda
