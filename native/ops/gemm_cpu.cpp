#include "ops/backend.h"

namespace sidestep::cpu {
namespace {

float load(ConstTensor t, int64_t i) {
  switch (t.dtype()) {
    case DType::bf16: return to_float(t.data<bf16_t>()[i]);
    case DType::f16: return to_float(t.data<f16_t>()[i]);
    default: return t.data<float>()[i];
  }
}
void store(Tensor t, int64_t i, float v) {
  switch (t.dtype()) {
    case DType::bf16: t.data<bf16_t>()[i] = to_bf16(v); return;
    case DType::f16: t.data<f16_t>()[i] = to_f16(v); return;
    default: t.data<float>()[i] = v;
  }
}

}  // namespace

// Plain loops; replaced by the packed kernel.
void gemm(const Gemm& op, Stream& stream) {
  const int64_t batch = op.c.rank() == 3 ? op.c.dim(0) : 1;
  const int64_t m = op.c.dim(-2), n = op.c.dim(-1);
  const bool ta = op.trans_a == Transpose::yes, tb = op.trans_b == Transpose::yes;
  const int64_t k = ta ? op.a.dim(-2) : op.a.dim(-1);
  const auto outer = [](ConstTensor t) { return t.rank() == 3 ? t.stride(0) : 0; };
  stream.pool().parallel_for(batch * m, [&](int64_t index) {
    const int64_t g = index / m, i = index % m;
    for (int64_t j = 0; j < n; ++j) {
      float sum = 0;
      for (int64_t l = 0; l < k; ++l)
        sum += load(op.a, g * outer(op.a) + (ta ? l * op.a.stride(-2) + i : i * op.a.stride(-2) + l)) *
               load(op.b, g * outer(op.b) + (tb ? j * op.b.stride(-2) + l : l * op.b.stride(-2) + j));
      const int64_t at = g * outer(op.c) + i * op.c.stride(-2) + j;
      float result = op.alpha * sum;
      if (op.beta != 0) result += op.beta * load(op.c, at);
      if (op.bias) result += load(op.bias, j);
      store(op.c, at, result);
    }
  });
}

}  // namespace sidestep::cpu
