#include "ops/backend.h"

namespace sidestep::cpu {

void dora_gate(const DoraGate& op, Stream&) {
  const float* magnitude = op.magnitude.data<float>();
  const float* norm = op.norm.data<float>();
  for (int64_t o = 0; o < op.gate.numel(); ++o) {
    const float gate = magnitude[o] / (norm[o] + op.eps) - 1;
    switch (op.gate.dtype()) {
      case DType::f32: op.gate.data<float>()[o] = gate; break;
      case DType::bf16: op.gate.data<bf16_t>()[o] = to_bf16(gate); break;
      case DType::f16: op.gate.data<f16_t>()[o] = to_f16(gate); break;
      case DType::f64:
      case DType::i64:
      case DType::i32:
      case DType::u8:
      case DType::boolean: break;  // refused before
    }
  }
}

void dora_gate_backward(const DoraGateBackward& op, Stream&) {
  const float* dgate = op.dgate.data<float>();
  const float* magnitude = op.magnitude.data<float>();
  const float* norm = op.norm.data<float>();
  float* dmagnitude = op.dmagnitude.data<float>();
  for (int64_t o = 0; o < op.norm.numel(); ++o) {
    const float divisor = norm[o] + op.eps;
    dmagnitude[o] += dgate[o] / divisor;
    if (!op.row_gain) continue;
    // A zero row has no direction: its norm's gradient is taken as 0, as torch does at the origin.
    op.row_gain.data<float>()[o] = norm[o] > 0 ? -dgate[o] * magnitude[o] / (divisor * divisor * norm[o]) : 0;
  }
}

void row_scale(const RowScale& op, Stream& stream) {
  const int64_t width = op.x.dim(1);
  stream.pool().parallel_for(op.x.dim(0), [&](int64_t n) {
    const float* x = op.x.data<float>() + n * width;
    float* y = op.y.data<float>() + n * width;
    const float scale = op.scale.data<float>()[n];
    for (int64_t d = 0; d < width; ++d) y[d] = scale * x[d];
  });
}

}  // namespace sidestep::cpu
