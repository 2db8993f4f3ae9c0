// OFT's skew-symmetric blocks and their Cayley transform. Blocks are small (n of 32 to 256): one thread block a matrix, all in
// L2. The inverse takes 4 n^3 FLOPs in f64: 64 blocks of 64 are 67 MFLOP, below 0.1 ms on a data-centre card.
#include "ops/cuda_ops.h"
#include "ops/cuda_reduce.cuh"

namespace sidestep::cuda {
namespace {

/// Place of (i, j), i < j, in a row-major strict upper triangle.
__device__ int64_t triangle_index(int64_t i, int64_t j, int64_t n) { return i * (2 * n - i - 1) / 2 + j - i - 1; }

__global__ void __launch_bounds__(kThreads) skew_symmetric_kernel(const float* vector, float* q, int64_t n) {
  const float* v = vector + blockIdx.x * (n * (n - 1) / 2);
  float* matrix = q + blockIdx.x * n * n;
  for (int64_t e = threadIdx.x; e < n * n; e += kThreads) {
    const int64_t i = e / n, j = e % n;
    matrix[e] = i == j ? 0.F : i < j ? v[triangle_index(i, j, n)] : -v[triangle_index(j, i, n)];
  }
}

__global__ void __launch_bounds__(kThreads) skew_symmetric_backward_kernel(const float* dq, float* dvector, int64_t n) {
  const float* matrix = dq + blockIdx.x * n * n;
  float* dv = dvector + blockIdx.x * (n * (n - 1) / 2);
  for (int64_t e = threadIdx.x; e < n * n; e += kThreads) {
    const int64_t i = e / n, j = e % n;
    if (i < j) dv[triangle_index(i, j, n)] += matrix[i * n + j] - matrix[j * n + i];
  }
}

struct PivotCandidates {
  double values[kThreads];
  int64_t rows[kThreads];
};

/// Row of the largest magnitude in a column at or below the diagonal, the first where several are equal. A barrier must follow
/// before the next call.
__device__ int64_t pivot_row(const double* a, int64_t column, int64_t n) {
  auto& [values, rows] = shared<PivotCandidates>();
  double best = -1;
  int64_t row = column;
  for (int64_t i = column + threadIdx.x; i < n; i += kThreads)
    if (fabs(a[i * n + column]) > best) best = fabs(a[i * n + column]), row = i;
  values[threadIdx.x] = best;
  rows[threadIdx.x] = row;
  __syncthreads();
  for (int half = kThreads / 2; half > 0; half /= 2) {
    const int other = static_cast<int>(threadIdx.x) + half;
    if (static_cast<int>(threadIdx.x) < half &&
        (values[other] > values[threadIdx.x] || (values[other] == values[threadIdx.x] && rows[other] < rows[threadIdx.x]))) {
      values[threadIdx.x] = values[other];
      rows[threadIdx.x] = rows[other];
    }
    __syncthreads();
  }
  return rows[0];
}

/// Gauss-Jordan with partial pivoting on [a | inverse], as on the CPU; both n x n f64 in scratch memory.
__device__ void invert(double* a, double* inverse, int64_t n) {
  for (int64_t column = 0; column < n; ++column) {
    const int64_t pivot = pivot_row(a, column, n);
    const double scale = 1 / a[pivot * n + column];
    __syncthreads();
    for (int64_t j = threadIdx.x; j < n; j += kThreads) {
      const double of_a = a[pivot * n + j] * scale, of_inverse = inverse[pivot * n + j] * scale;
      a[pivot * n + j] = a[column * n + j];
      inverse[pivot * n + j] = inverse[column * n + j];
      a[column * n + j] = of_a;
      inverse[column * n + j] = of_inverse;
    }
    __syncthreads();
    for (int64_t row = threadIdx.x / kWarp; row < n; row += kThreads / kWarp) {
      if (row == column) continue;
      const double factor = a[row * n + column];
      __syncwarp();  // all lanes have the factor before it is eliminated
      for (int64_t j = threadIdx.x % kWarp; j < n; j += kWarp) {
        a[row * n + j] -= factor * a[column * n + j];
        inverse[row * n + j] -= factor * inverse[column * n + j];
      }
    }
    __syncthreads();
  }
}

__global__ void __launch_bounds__(kThreads) cayley_inverse_kernel(const float* q, float* result, double* memory, int64_t n) {
  const int64_t offset = blockIdx.x * n * n;
  double *a = memory + 2 * offset, *inverse = a + n * n;
  for (int64_t e = threadIdx.x; e < n * n; e += kThreads) {
    const double identity = e / n == e % n ? 1 : 0;
    a[e] = static_cast<double>(q[offset + e]) + identity;
    inverse[e] = identity;
  }
  __syncthreads();
  invert(a, inverse, n);
  for (int64_t e = threadIdx.x; e < n * n; e += kThreads) result[offset + e] = static_cast<float>(inverse[e]);
}

__global__ void __launch_bounds__(kThreads) project_rotation_kernel(float* vector, int64_t width, double bound) {
  float* v = vector + blockIdx.x * width;
  double squares = 0;
  for (int64_t i = threadIdx.x; i < width; i += kThreads) squares += 2.0 * static_cast<double>(v[i]) * static_cast<double>(v[i]);
  const double norm = sqrt(block_sum(squares));
  if (norm <= bound) return;
  for (int64_t i = threadIdx.x; i < width; i += kThreads) v[i] = static_cast<float>(static_cast<double>(v[i]) * bound / norm);
}

}  // namespace

void skew_symmetric(const SkewSymmetric& op, Stream& stream) {
  if (op.q.numel() == 0) return;
  launch(skew_symmetric_kernel, static_cast<unsigned>(op.q.dim(0)), kThreads, 0, queue_of(stream))(
      op.vector.data<float>(), op.q.data<float>(), op.q.dim(1));
  SIDESTEP_CUDA_LAUNCHED("skew_symmetric_kernel");
}

void skew_symmetric_backward(const SkewSymmetricBackward& op, Stream& stream) {
  if (op.dq.numel() == 0) return;
  launch(skew_symmetric_backward_kernel, static_cast<unsigned>(op.dq.dim(0)), kThreads, 0, queue_of(stream))(
      op.dq.data<float>(), op.dvector.data<float>(), op.dq.dim(1));
  SIDESTEP_CUDA_LAUNCHED("skew_symmetric_backward_kernel");
}

void cayley_inverse(const CayleyInverse& op, Stream& stream) {
  if (op.q.numel() == 0) return;
  const cudaStream_t queue = queue_of(stream);
  const Scratch memory(2 * static_cast<size_t>(op.q.numel()) * sizeof(double), queue);
  launch(cayley_inverse_kernel, static_cast<unsigned>(op.q.dim(0)), kThreads, 0, queue)(
      op.q.data<float>(), op.inverse.data<float>(), memory.data<double>(), op.q.dim(1));
  SIDESTEP_CUDA_LAUNCHED("cayley_inverse_kernel");
}

void project_rotation(const ProjectRotation& op, Stream& stream) {
  if (op.vector.numel() == 0) return;
  const double bound = op.eps / std::sqrt(static_cast<double>(op.vector.dim(0)));
  launch(project_rotation_kernel, static_cast<unsigned>(op.vector.dim(0)), kThreads, 0, queue_of(stream))(
      op.vector.data<float>(), op.vector.dim(1), bound);
  SIDESTEP_CUDA_LAUNCHED("project_rotation_kernel");
}

}  // namespace sidestep::cuda
