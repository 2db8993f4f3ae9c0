// Element-wise ops. All are memory bound: 1 to 12 FLOPs an element against 4 to 10 bytes in bf16. At 3 TB/s and the 2B
// model's 3000 patches (a 240 s song) a [3000, 2048] bf16 operand is 12.3 MB, 4 us a pass; [3000, 6144] 37 MB, 12 us.
#include <cmath>

#include "ops/cuda_ops.h"
#include "ops/cuda_reduce.cuh"
#include "ops/cuda_rows.cuh"

namespace sidestep::cuda {
namespace {

__device__ inline float sigmoid(float x) { return 1.F / (1.F + expf(-x)); }

/// d silu(x) / dx = s + x s (1 - s), s = sigmoid(x)
__device__ inline float silu_slope(float x, float s) { return s + x * s * (1.F - s); }

// 3 passes: 37 us for [3000, 6144] bf16.
template <typename T>
struct AddBody {
  const T *a, *b;
  T* y;
  int64_t period;  ///< elements of b
  float alpha, beta;
  template <int V>
  __device__ void at(int64_t, int64_t i) const {
    float left[V], right[V];
    load(a + i, left);
    load(b + i % period, right);
#pragma unroll
    for (int j = 0; j < V; ++j) left[j] = left[j] * alpha + right[j] * beta;
    store(y + i, left);
  }
};

template <typename T>
struct MultiplyBody {
  const T *a, *b;
  T* y;
  template <int V>
  __device__ void at(int64_t, int64_t i) const {
    float left[V], right[V];
    load(a + i, left);
    load(b + i, right);
#pragma unroll
    for (int j = 0; j < V; ++j) left[j] *= right[j];
    store(y + i, left);
  }
};

template <typename T>
struct SiluBody {
  const T* x;
  T* y;
  template <int V>
  __device__ void at(int64_t, int64_t i) const {
    float v[V];
    load(x + i, v);
#pragma unroll
    for (int j = 0; j < V; ++j) v[j] *= sigmoid(v[j]);
    store(y + i, v);
  }
};

template <typename T>
struct SiluBackwardBody {
  const T *dy, *x;
  T* dx;
  template <int V>
  __device__ void at(int64_t, int64_t i) const {
    float v[V], g[V];
    load(x + i, v);
    load(dy + i, g);
#pragma unroll
    for (int j = 0; j < V; ++j) g[j] *= silu_slope(v[j], sigmoid(v[j]));
    store(dx + i, g);
  }
};

// 3 passes over [3000, 6144] bf16: 111 MB, 37 us.
template <typename T>
struct SwiGluBody {
  static constexpr int kLeastBlocks = 4;  // 64 registers each
  Rows<const T> gate, up;
  Rows<T> y;
  template <int V>
  __device__ void at(int64_t row, int64_t i) const {
    float g[V], u[V];
    load(gate[row] + i, g);
    load(up[row] + i, u);
#pragma unroll
    for (int j = 0; j < V; ++j) g[j] = rounded<T>(g[j] * sigmoid(g[j])) * u[j];
    store(y[row] + i, g);
  }
};

// 5 passes: 184 MB, 61 us.
template <typename T>
struct SwiGluBackwardBody {
  Rows<const T> dy, gate, up;
  Rows<T> dgate, dup;
  template <int V>
  __device__ void at(int64_t row, int64_t i) const {
    float d[V], g[V], u[V];
    load(dy[row] + i, d);
    load(gate[row] + i, g);
    load(up[row] + i, u);
#pragma unroll
    for (int j = 0; j < V; ++j) {
      const float s = sigmoid(g[j]), of_gate = d[j] * u[j] * silu_slope(g[j], s);
      u[j] = d[j] * g[j] * s;
      d[j] = of_gate;
    }
    store(dgate[row] + i, d);
    store(dup[row] + i, u);
  }
};

// 3 passes over [3000, 2048] bf16: 12 us. Product and sum are two roundings, also in f32: norms that add first have the same
// bits.
template <typename T>
struct GatedAddBody {
  Rows<const T> x, h;
  const T* gate;
  int64_t gate_stride;
  Rows<T> y;
  template <int V>
  __device__ void at(int64_t row, int64_t i) const {
    float residual[V], v[V], g[V];
    load(x[row] + i, residual);
    load(h[row] + i, v);
    load(gate + x.sample(row) * gate_stride + i, g);
#pragma unroll
    for (int j = 0; j < V; ++j) residual[j] += rounded<T>(__fmul_rn(g[j], v[j]));
    store(y[row] + i, residual);
  }
};

template <typename T>
struct GateGradientBody {
  Rows<const T> dy;
  const T* gate;
  int64_t gate_stride;
  Rows<T> dh;
  template <int V>
  __device__ void at(int64_t row, int64_t i) const {
    float d[V], g[V];
    load(dy[row] + i, d);
    load(gate + dy.sample(row) * gate_stride + i, g);
#pragma unroll
    for (int j = 0; j < V; ++j) d[j] *= g[j];
    store(dh[row] + i, d);
  }
};

/// Columns and rows of threads that sum over rows: a warp reads 32 neighbouring columns.
constexpr int kSumColumns = 32, kSumRows = 32;

struct SumParts {
  float of[kSumRows][kSumColumns + 1];
};

// y[s, d] += sum over the rows of sample s of x[row, d] * z[row, d] (z: all ones when null). One block sums 32 columns of one
// sample; each thread every 32nd row, the 32 parts in order. One pass over x (and z); few blocks for small D, but bias and
// modulation gradients are asked for rarely.
template <typename T>
__global__ void __launch_bounds__(kSumColumns* kSumRows)
    sum_over_rows_kernel(const Rows<const T> x, const Rows<const T> z, float* y, int64_t y_stride, int64_t rows, int64_t width) {
  auto& parts = shared<SumParts>().of;
  const int64_t column = int64_t{blockIdx.x} * kSumColumns + threadIdx.x, first = blockIdx.y * rows;
  float total = 0;
  if (column < width)
    for (int64_t row = threadIdx.y; row < rows; row += kSumRows) {
      const float v = widened(x[first + row][column]);
      total += z.data == nullptr ? v : v * widened(z[first + row][column]);
    }
  parts[threadIdx.y][threadIdx.x] = total;
  __syncthreads();
  if (threadIdx.y != 0 || column >= width) return;
  total = 0;
  for (int i = 0; i < kSumRows; ++i) total += parts[i][threadIdx.x];
  y[blockIdx.y * y_stride + column] += total;
}

template <typename T>
struct EmbeddingBody {
  const T* table;
  int64_t table_stride, vocabulary;
  const int64_t* ids;
  Rows<T> y;
  template <int V>
  __device__ void at(int64_t row, int64_t i) const {
    const int64_t id = ids[row];
    float v[V];
    if (id >= 0 && id < vocabulary) {
      load(table + id * table_stride + i, v);
    } else {  // ids are checked on the host before upload; what slips through poisons its row, never reads beyond the table
#pragma unroll
      for (int j = 0; j < V; ++j) v[j] = nanf("");
    }
    store(y[row] + i, v);
  }
};

}  // namespace

void add(const Add& op, Stream& stream) {
  const cudaStream_t queue = queue_of(stream);
  const int64_t n = op.a.numel(), period = std::max<int64_t>(1, op.b.numel());
  with_storage(op.a.dtype(), [&]<typename T>(T) {
    const AddBody<T> body{op.a.data<T>(), op.b.data<T>(), op.y.data<T>(), period, op.alpha, op.beta};
    if (period % kPack<T> != 0)
      launch_over_rows<1>(body, {1, n}, queue);
    else
      over_elements<T>(body, n, {op.a, op.b, op.y}, queue);
  });
}

void multiply(const Multiply& op, Stream& stream) {
  with_storage(op.a.dtype(), [&]<typename T>(T) {
    over_elements<T>(MultiplyBody<T>{op.a.data<T>(), op.b.data<T>(), op.y.data<T>()}, op.a.numel(), {op.a, op.b, op.y},
                     queue_of(stream));
  });
}

void silu(const Silu& op, Stream& stream) {
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    over_elements<T>(SiluBody<T>{op.x.data<T>(), op.y.data<T>()}, op.x.numel(), {op.x, op.y}, queue_of(stream));
  });
}

void silu_backward(const SiluBackward& op, Stream& stream) {
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    over_elements<T>(SiluBackwardBody<T>{op.dy.data<T>(), op.x.data<T>(), op.dx.data<T>()}, op.x.numel(), {op.dy, op.x, op.dx},
                     queue_of(stream));
  });
}

void swiglu(const SwiGlu& op, Stream& stream) {
  with_storage(op.gate.dtype(), [&]<typename T>(T) {
    over_rows<T>(SwiGluBody<T>{rows_of<T>(op.gate), rows_of<T>(op.up), rows_of<T>(op.y)}, {op.gate.dim(0), op.gate.dim(1)},
                 {op.gate, op.up, op.y}, queue_of(stream));
  });
}

void swiglu_backward(const SwiGluBackward& op, Stream& stream) {
  with_storage(op.gate.dtype(), [&]<typename T>(T) {
    over_rows<T>(SwiGluBackwardBody<T>{rows_of<T>(op.dy), rows_of<T>(op.gate), rows_of<T>(op.up), rows_of<T>(op.dgate),
                                       rows_of<T>(op.dup)},
                 {op.gate.dim(0), op.gate.dim(1)}, {op.dy, op.gate, op.up, op.dgate, op.dup}, queue_of(stream));
  });
}

void gated_add(const GatedAdd& op, Stream& stream) {
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    over_rows<T>(GatedAddBody<T>{rows_of<T>(op.x), rows_of<T>(op.h), op.gate.data<T>(), op.gate.stride(0), rows_of<T>(op.y)},
                 {op.x.dim(0) * op.x.dim(1), op.x.dim(2)}, {op.x, op.h, op.gate, op.y}, queue_of(stream));
  });
}

void gated_add_backward(const GatedAddBackward& op, Stream& stream) {
  const cudaStream_t queue = queue_of(stream);
  const int64_t batch = op.dy.dim(0), frames = op.dy.dim(1), width = op.dy.dim(2);
  if (op.dy.numel() == 0) return;
  with_storage(op.dy.dtype(), [&]<typename T>(T) {
    if (op.dgate) {  // before dh, which may alias dy
      const dim3 grid(static_cast<unsigned>(ceil_div(width, int64_t{kSumColumns})), static_cast<unsigned>(batch));
      launch(sum_over_rows_kernel<T>, grid, dim3(kSumColumns, kSumRows), 0, queue)(
          rows_of<T>(op.dy), rows_of<T>(op.h), op.dgate.data<float>(), op.dgate.stride(0), frames, width);
      SIDESTEP_CUDA_LAUNCHED("sum_over_rows_kernel");
    }
    over_rows<T>(GateGradientBody<T>{rows_of<T>(op.dy), op.gate.data<T>(), op.gate.stride(0), rows_of<T>(op.dh)},
                 {batch * frames, width}, {op.dy, op.gate, op.dh}, queue);
  });
}

void embedding(const Embedding& op, Stream& stream) {
  if (op.table.dtype() != op.y.dtype()) {  // the rare mixed case: rows in the table's dtype, then one conversion
    const cudaStream_t queue = queue_of(stream);
    const Scratch rows(static_cast<size_t>(op.y.numel()) * dtype_size(op.table.dtype()), queue);
    const Tensor narrow(rows.data<void>(), op.table.dtype(), op.y.shape(), stream.device());
    cuda::embedding({op.table, op.ids, narrow}, stream);
    cuda::copy({narrow, op.y}, stream);
    return;
  }
  with_storage(op.table.dtype(), [&]<typename T>(T) {
    over_rows<T>(
        EmbeddingBody<T>{op.table.data<T>(), op.table.stride(0), op.table.dim(0), op.ids.data<int64_t>(), rows_of<T>(op.y)},
        {op.ids.dim(0), op.table.dim(1)}, {op.table, op.y}, queue_of(stream));
  });
}

void sum_rows(const SumRows& op, Stream& stream) {
  if (op.x.numel() == 0) return;
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    const auto grid = static_cast<unsigned>(ceil_div(op.x.dim(1), int64_t{kSumColumns}));
    launch(sum_over_rows_kernel<T>, grid, dim3(kSumColumns, kSumRows), 0, queue_of(stream))(
        rows_of<T>(op.x), Rows<const T>{nullptr, 0, 0, 1}, op.y.data<float>(), 0, op.x.dim(0), op.x.dim(1));
    SIDESTEP_CUDA_LAUNCHED("sum_over_rows_kernel");
  });
}

}  // namespace sidestep::cuda
