// The matrix product: cuBLASLt's tensor cores where they serve, else our own tile kernel.
// FLOPs: 2 G M N K. The 2B model's widest linear, [3000, 2048] x [2048, 6144] bf16, is 75 GFLOP: 0.09 ms at 800 TFLOP/s, against
// 74 MB and 0.025 ms of memory traffic: compute bound. An adapter's thin product, [3000, 2048] x [2048, 64], is 0.8 GFLOP
// (1 us) and 13 MB (4 us): memory bound.
#include <string>

#include "core/error.h"
#include "ops/cuda_ops.h"
#include "ops/cuda_rows.cuh"
#include "ops/gemm_cuda.cuh"
#include "ops/gemm_tile_cuda.cuh"

namespace sidestep::cuda {
namespace {

template <typename T, typename Out, typename Bias, bool trans_a, bool trans_b>
struct Product {
  static constexpr bool kDepthFastA = !trans_a, kDepthFastB = trans_b;
  const T *left, *right;
  Out* c;
  const Bias* bias;
  TileExtent size;
  int64_t lda, ldb, ldc, a_stride, b_stride, c_stride;
  float alpha, beta;

  __host__ __device__ TileExtent extent() const { return size; }
  __device__ float a(int64_t g, int64_t m, int64_t k) const {
    return widened(left[g * a_stride + (trans_a ? k * lda + m : m * lda + k)]);
  }
  __device__ float b(int64_t g, int64_t k, int64_t n) const {
    return widened(right[g * b_stride + (trans_b ? n * ldb + k : k * ldb + n)]);
  }
  __device__ void store(int64_t g, int64_t m, int64_t n, float sum) const {
    Out& to = c[g * c_stride + m * ldc + n];
    sum *= alpha;
    if (beta != 0) sum += beta * widened(to);
    if (bias != nullptr) sum += widened(bias[n]);
    to = narrowed<Out>(sum);
  }
};

template <typename T, typename Out, typename Bias, bool trans_a, bool trans_b>
void run_tiles(const Gemm& op, cudaStream_t queue) {
  const Product<T, Out, Bias, trans_a, trans_b> source{
      op.a.data<T>(), op.b.data<T>(), op.c.data<Out>(), op.bias ? op.bias.data<Bias>() : nullptr, extent_of(op), leading(op.a),
      leading(op.b), leading(op.c), batch_stride(op.a), batch_stride(op.b), batch_stride(op.c), op.alpha, op.beta};
  launch_tile_product(source, source.size, batch_of(op), queue);
}

template <typename T, typename Out, typename Bias>
void choose_transposes(const Gemm& op, cudaStream_t queue) {
  const bool ta = op.trans_a == Transpose::yes, tb = op.trans_b == Transpose::yes;
  if (ta && tb) run_tiles<T, Out, Bias, true, true>(op, queue);
  else if (ta) run_tiles<T, Out, Bias, true, false>(op, queue);
  else if (tb) run_tiles<T, Out, Bias, false, true>(op, queue);
  else run_tiles<T, Out, Bias, false, false>(op, queue);
}

void multiply_tiles(const Gemm& op, cudaStream_t queue) {
  const bool wide_bias = op.bias && op.bias.dtype() == DType::f32;
  with_storage(op.a.dtype(), [&]<typename T>(T) {
    if (op.c.dtype() != DType::f32) {  // then of a's dtype
      if (wide_bias) choose_transposes<T, T, float>(op, queue);
      else choose_transposes<T, T, T>(op, queue);
    } else {
      if (wide_bias) choose_transposes<T, float, float>(op, queue);
      else choose_transposes<T, float, T>(op, queue);
    }
  });
}

/// Both kernels read b as what a is; the CPU alone widens (gemm.h). Whoever comes past the checks of the op reads beyond b's end here.
void refuse_differing_operands(const Gemm& op) {
  if (op.a.dtype() == op.b.dtype()) return;
  throw Error("native/dtype-mismatch", "gemm on CUDA: expected a and b of one dtype but found a " + std::string(dtype_name(op.a.dtype())) +
                                           ", b " + std::string(dtype_name(op.b.dtype())));
}

/// Rows one after the other: cuBLASLt refuses overlapping ones.
bool rows_apart(const ConstTensor& t) { return leading(t) >= t.dim(-1); }

/// Epilogues take a bias of c's type only where c is f32, and of a 16-bit c's own type.
bool bias_fits(const Gemm& op) { return !op.bias || op.bias.dtype() == op.c.dtype(); }

}  // namespace

void gemm(const Gemm& op, Stream& stream) {
  refuse_differing_operands(op);
  if (op.c.numel() == 0) return;
  const cudaStream_t queue = queue_of(stream);
  const bool empty_sum = extent_of(op).k == 0;
  const bool fits = !empty_sum && bias_fits(op) && rows_apart(op.a) && rows_apart(op.b) && rows_apart(op.c);
  if (fits && multiply_cublaslt(op, stream.device().index, queue)) return;
  multiply_tiles(op, queue);
}

}  // namespace sidestep::cuda
