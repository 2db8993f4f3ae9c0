#include <optional>

#include "core/memory.h"
#include "ops/backend.h"
#include "ops/gemm_blas.h"
#include "ops/gemm_blocked.h"
#include "ops/rounded_element.h"

namespace sidestep::cpu {
namespace {

using gemm_detail::Along;
using gemm_detail::Operand;
using gemm_detail::Problem;

// Below this many FLOPs one product of a batch is not worth two barriers: whole products go to threads instead.
constexpr double kWorthSplitting = 4e6;

Operand operand(ConstTensor t, Along along) { return {t.raw(), t.dtype(), t.stride(-2), along}; }

int64_t batch_stride(ConstTensor t) { return t.rank() == 3 && t.dim(0) > 1 ? t.stride(0) : 0; }

const void* advance(const void* data, DType dtype, int64_t elements) {
  return static_cast<const std::byte*>(data) + elements * static_cast<int64_t>(dtype_size(dtype));
}

// An f32 copy of a 16-bit bias or output, so that a sum is rounded once.
class Widened {
 public:
  explicit Widened(ConstTensor t) : memory_(allocate({}, static_cast<size_t>(t.numel()) * sizeof(float))) {}
  float* data() const { return static_cast<float*>(memory_.get()); }

 private:
  std::shared_ptr<void> memory_;
};

struct Batch {
  Problem first;
  int64_t count;
  int64_t a_stride, b_stride, c_stride;

  Problem at(int64_t g) const {
    Problem p = first;
    p.a.data = advance(p.a.data, p.a.dtype, g * a_stride);
    p.b.data = advance(p.b.data, p.b.dtype, g * b_stride);
    p.c += g * c_stride;
    return p;
  }
};

// One B for the whole batch and evenly spaced rows: the batch is one taller product.
bool folds(const Batch& batch) {
  const Problem& p = batch.first;
  return batch.count > 1 && batch.b_stride == 0 && p.a.along == Along::k && batch.a_stride == p.m * p.a.ld &&
         batch.c_stride == p.m * p.ldc;
}

void multiply(const Problem& problem, ThreadPool* pool) {
  if (gemm_detail::suits_blas(problem))
    gemm_detail::multiply_by_blas(problem);
  else
    gemm_detail::multiply_blocked(problem, pool);
}

void run(Batch batch, ThreadPool& pool) {
  if (folds(batch)) {
    batch.first.m *= batch.count;
    batch.count = 1;
  }
  const Problem& p = batch.first;
  const double flops = 2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
  if (batch.count > 1 && flops < kWorthSplitting) {
    pool.parallel_for(batch.count, [&](int64_t g) { gemm_detail::multiply_blocked(batch.at(g), nullptr); });
    return;
  }
  for (int64_t g = 0; g < batch.count; ++g) multiply(batch.at(g), &pool);
}

Batch make_batch(const Gemm& op) {
  const bool ta = op.trans_a == Transpose::yes, tb = op.trans_b == Transpose::yes;
  return {.first = {.m = op.c.dim(-2),
                    .n = op.c.dim(-1),
                    .k = ta ? op.a.dim(-2) : op.a.dim(-1),
                    .a = operand(op.a, ta ? Along::panel : Along::k),
                    .b = operand(op.b, tb ? Along::k : Along::panel),
                    .c = nullptr,
                    .ldc = op.c.stride(-2),
                    .alpha = op.alpha,
                    .beta = op.beta,
                    .bias = nullptr},
          .count = op.c.rank() == 3 ? op.c.dim(0) : 1,
          .a_stride = batch_stride(op.a),
          .b_stride = batch_stride(op.b),
          .c_stride = batch_stride(op.c)};
}

void multiply_into_f32(const Gemm& op, Batch batch, Stream& stream) {
  batch.first.c = op.c.data<float>();
  run(batch, stream.pool());
}

// c in 16 bits: the product in f32 beside it, then one rounding.
void multiply_into_16_bits(const Gemm& op, Batch batch, Stream& stream) {
  const int64_t m = batch.first.m, n = batch.first.n, ldc = op.c.stride(-2), c_stride = batch_stride(op.c);
  const Widened wide(op.c);
  const auto place = [&](int64_t row) { return row / m * c_stride + row % m * ldc; };
  if (op.beta != 0)
    stream.pool().parallel_for(batch.count * m, [&](int64_t row) {
      for (int64_t j = 0; j < n; ++j) wide.data()[row * n + j] = load(op.c, place(row) + j);
    });
  batch.first.c = wide.data();
  batch.first.ldc = n;
  batch.c_stride = m * n;
  run(batch, stream.pool());
  stream.pool().parallel_for(batch.count * m, [&](int64_t row) {
    for (int64_t j = 0; j < n; ++j) store(op.c, place(row) + j, wide.data()[row * n + j]);
  });
}

}  // namespace

void gemm(const Gemm& op, Stream& stream) {
  if (op.c.numel() == 0) return;
  Batch batch = make_batch(op);
  std::optional<Widened> bias;
  if (op.bias && op.bias.dtype() == DType::f32) batch.first.bias = op.bias.data<float>();
  if (op.bias && op.bias.dtype() != DType::f32) {
    bias.emplace(op.bias);
    for (int64_t j = 0; j < op.bias.numel(); ++j) bias->data()[j] = load(op.bias, j);
    batch.first.bias = bias->data();
  }
  if (op.c.dtype() == DType::f32)
    multiply_into_f32(op, batch, stream);
  else
    multiply_into_16_bits(op, batch, stream);
}

}  // namespace sidestep::cpu
