// The matrix product: cuBLASLt where it serves, else our own kernels, on tensor cores for 16-bit operands (gemm_mma_cuda.cu) and
// on the f32 units for f32. FLOPs: 2 G M N K. The 2B model's widest linear, [3000, 2048] x [2048, 6144] bf16, is 75 GFLOP: 0.09
// ms at 800 TFLOP/s, against 74 MB and 0.025 ms of memory traffic: compute bound. An adapter's thin product, [3000, 2048] x
// [2048, 64], is 0.8 GFLOP (1 us) and 13 MB (4 us): memory bound.
#include <string>

#include "core/error.h"
#include "ops/cuda_ops.h"
#include "ops/gemm_cuda.cuh"
#include "ops/gemm_tile_cuda.cuh"

namespace sidestep::cuda {
namespace {

template <bool trans_a, bool trans_b>
struct Product {
  static constexpr bool kDepthFastA = !trans_a, kDepthFastB = trans_b;
  const float *left, *right;
  float* c;
  const float* bias;
  TileExtent size;
  int64_t lda, ldb, ldc, a_stride, b_stride, c_stride;
  float alpha, beta;

  __host__ __device__ TileExtent extent() const { return size; }
  __device__ float a(int64_t g, int64_t m, int64_t k) const { return left[g * a_stride + (trans_a ? k * lda + m : m * lda + k)]; }
  __device__ float b(int64_t g, int64_t k, int64_t n) const {
    return right[g * b_stride + (trans_b ? n * ldb + k : k * ldb + n)];
  }
  __device__ void store(int64_t g, int64_t m, int64_t n, float sum) const {
    float& to = c[g * c_stride + m * ldc + n];
    sum *= alpha;
    if (beta != 0) sum += beta * to;
    if (bias != nullptr) sum += bias[n];
    to = sum;
  }
};

template <bool trans_a, bool trans_b>
void run_tiles(const Gemm& op, cudaStream_t queue) {
  const Product<trans_a, trans_b> source{op.a.data<float>(),
                                         op.b.data<float>(),
                                         op.c.data<float>(),
                                         op.bias ? op.bias.data<float>() : nullptr,
                                         extent_of(op),
                                         leading(op.a),
                                         leading(op.b),
                                         leading(op.c),
                                         batch_stride(op.a),
                                         batch_stride(op.b),
                                         batch_stride(op.c),
                                         op.alpha,
                                         op.beta};
  launch_tile_product(source, source.size, batch_of(op), queue);
}

void multiply_f32(const Gemm& op, cudaStream_t queue) {
  const bool ta = op.trans_a == Transpose::yes, tb = op.trans_b == Transpose::yes;
  if (ta && tb)
    run_tiles<true, true>(op, queue);
  else if (ta)
    run_tiles<true, false>(op, queue);
  else if (tb)
    run_tiles<false, true>(op, queue);
  else
    run_tiles<false, false>(op, queue);
}

/// All kernels read b as what a is; the CPU alone widens (gemm.h). Whoever comes past the checks of the op reads beyond b's end
/// here.
void refuse_differing_operands(const Gemm& op) {
  if (op.a.dtype() == op.b.dtype()) return;
  throw Error("native/dtype-mismatch", "gemm on CUDA: expected a and b of one dtype but found a " +
                                           std::string(dtype_name(op.a.dtype())) + ", b " +
                                           std::string(dtype_name(op.b.dtype())));
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
  if (op.a.dtype() == DType::f32)
    multiply_f32(op, queue);
  else
    multiply_16_bit(op, queue);
}

}  // namespace sidestep::cuda
