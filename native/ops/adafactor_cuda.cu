// Adafactor: one block updates one tensor, all tensors in one launch. Each tensor's gradient is read four times (rows,
// columns, size of the update, update), the last three from L2 (an adapter's tensors are below 2 MB). Memory bound: about
// 16 bytes an element from memory; 90 M parameters take 0.5 ms at 3 TB/s.
#include <cmath>

#include "ops/cuda_lists.cuh"
#include "ops/cuda_ops.h"
#include "ops/cuda_reduce.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kBlock = 512;

struct Rates {
  float beta, eps;
  double learning_rate, clip_threshold;
  float decay;
};

/// One parameter. Rank 0 or 1: cols == numel, rows == 0, `row` holds the whole second moment.
struct Parameter {
  const float* g;
  float *p, *row, *col;
  float *row_inverse, *col_inverse;  ///< scratch, like row and col
  int64_t rows, cols, matrices;

  __device__ int64_t numel() const { return matrices * max(int64_t{1}, rows) * cols; }
  /// Gradient over the root of its second moment, element i of the whole parameter.
  __device__ float scaled(int64_t i) const {
    if (rows == 0) return row_inverse[i] * g[i];
    const int64_t row_index = i / cols, matrix = row_index / rows;
    return row_inverse[row_index] * col_inverse[matrix * cols + i % cols] * g[i];
  }
};

__device__ void update_whole(const Parameter& t, const Rates& rates) {
  for (int64_t i = threadIdx.x; i < t.cols; i += kBlock) {
    t.row[i] = t.row[i] * rates.beta + (t.g[i] * t.g[i] + rates.eps) * (1 - rates.beta);
    t.row_inverse[i] = 1 / sqrtf(t.row[i]);
  }
}

/// Row means, a warp a row, then column means, a thread a column, both in f64.
__device__ void update_matrix(const Parameter& t, int64_t matrix, const Rates& rates) {
  const float* g = t.g + matrix * t.rows * t.cols;
  float *row = t.row + matrix * t.rows, *col = t.col + matrix * t.cols;
  const auto square = [&](int64_t i, int64_t j) {
    return static_cast<double>(g[i * t.cols + j] * g[i * t.cols + j]) + static_cast<double>(rates.eps);
  };
  for (int64_t i = threadIdx.x / kWarp; i < t.rows; i += kBlock / kWarp) {
    double sum = 0;
    for (int64_t j = threadIdx.x % kWarp; j < t.cols; j += kWarp) sum += square(i, j);
    sum = warp_sum(sum);
    if (threadIdx.x % kWarp == 0)
      row[i] = row[i] * rates.beta + static_cast<float>(sum / static_cast<double>(t.cols)) * (1 - rates.beta);
  }
  __syncthreads();
  double row_total = 0;
  for (int64_t i = threadIdx.x; i < t.rows; i += kBlock) row_total += static_cast<double>(row[i]);
  const auto row_mean = static_cast<float>(block_sum(row_total) / static_cast<double>(t.rows));
  for (int64_t i = threadIdx.x; i < t.rows; i += kBlock) t.row_inverse[matrix * t.rows + i] = 1 / sqrtf(row[i] / row_mean);
  for (int64_t j = threadIdx.x; j < t.cols; j += kBlock) {
    double sum = 0;
    for (int64_t i = 0; i < t.rows; ++i) sum += square(i, j);
    col[j] = col[j] * rates.beta + static_cast<float>(sum / static_cast<double>(t.rows)) * (1 - rates.beta);
    t.col_inverse[matrix * t.cols + j] = 1 / sqrtf(col[j]);
  }
}

/// As many as travel with a launch: nothing is uploaded.
struct Parameters {
  static constexpr size_t kCapacity = kTableBytes / sizeof(Parameter);
  Parameter list[kCapacity];
};

__global__ void __launch_bounds__(kBlock)
    adafactor_kernel(SIDESTEP_GRID_CONSTANT(Parameters) parameters, const Rates rates, const uint8_t* gate) {
  if (held_back(gate)) return;
  const Parameter t = parameters.list[blockIdx.x];
  if (t.rows == 0)
    update_whole(t, rates);
  else
    for (int64_t matrix = 0; matrix < t.matrices; ++matrix) update_matrix(t, matrix, rates);
  __syncthreads();
  double squares = 0;
  const int64_t n = t.numel();
  for (int64_t i = threadIdx.x; i < n; i += kBlock) {
    const auto u = static_cast<double>(t.scaled(i));
    squares += u * u;
  }
  const double rms = sqrt(block_sum(squares) / static_cast<double>(max(int64_t{1}, n)));
  const auto factor = static_cast<float>(rates.learning_rate / fmax(1.0, rms / rates.clip_threshold));
  for (int64_t i = threadIdx.x; i < n; i += kBlock) t.p[i] = t.p[i] * rates.decay - factor * t.scaled(i);
}

}  // namespace

void adafactor(const Adafactor& op, Stream& stream) {
  if (op.params.empty()) return;
  const cudaStream_t queue = queue_of(stream);
  const auto beta = static_cast<float>(1 - std::pow(static_cast<double>(op.step), op.decay_rate));
  const Rates rates{beta, static_cast<float>(op.eps), op.learning_rate, op.clip_threshold,
                    static_cast<float>(1 - op.learning_rate * op.weight_decay)};
  int64_t state = 0;
  for (size_t i = 0; i < op.params.size(); ++i) state += op.row[i].numel() + op.col[i].numel();
  const Scratch inverses(static_cast<size_t>(state) * sizeof(float), queue);
  std::vector<Parameter> parameters;
  float* next = inverses.data<float>();
  for (size_t i = 0; i < op.params.size(); ++i) {
    const Tensor& p = op.params[i];
    const bool factored = p.rank() >= 2;
    const int64_t rows = factored ? p.dim(-2) : 0, cols = factored ? p.dim(-1) : p.numel();
    const int64_t matrices = factored ? p.numel() / std::max<int64_t>(1, rows * cols) : 1;
    parameters.push_back({op.grads[i].data<float>(), p.data<float>(), op.row[i].data<float>(),
                          factored ? op.col[i].data<float>() : nullptr, next, next + op.row[i].numel(), rows, cols, matrices});
    next += op.row[i].numel() + op.col[i].numel();
  }
  for (size_t first = 0; first < parameters.size(); first += Parameters::kCapacity) {
    const size_t count = std::min(Parameters::kCapacity, parameters.size() - first);
    Parameters table;
    std::copy_n(parameters.begin() + static_cast<std::ptrdiff_t>(first), count, table.list);
    launch(adafactor_kernel, static_cast<unsigned>(count), kBlock, 0, queue)(table, rates, gate_of(op.proceed));
    SIDESTEP_CUDA_LAUNCHED("adafactor_kernel");
  }
}

}  // namespace sidestep::cuda
