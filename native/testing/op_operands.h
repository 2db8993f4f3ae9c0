#pragma once
// The tensors of every op, so that they can be moved to a device. A new op is one line here.
#include <tuple>

#include "ops/backend.h"

namespace sidestep::testing {

inline auto operands(Gemm& o) { return std::tie(o.a, o.b, o.c, o.bias); }
inline auto operands(Gemm8bit& o) { return std::tie(o.a, o.a_scales, o.b, o.b_scales, o.c, o.bias); }
inline auto operands(QuantiseRows& o) { return std::tie(o.x, o.factors, o.codes, o.scales); }
inline auto operands(Copy& o) { return std::tie(o.src, o.dst); }
inline auto operands(Fill& o) { return std::tie(o.y); }
inline auto operands(Add& o) { return std::tie(o.a, o.b, o.y); }
inline auto operands(Multiply& o) { return std::tie(o.a, o.b, o.y); }
inline auto operands(Silu& o) { return std::tie(o.x, o.y); }
inline auto operands(SiluBackward& o) { return std::tie(o.dy, o.x, o.dx); }
inline auto operands(SwiGlu& o) { return std::tie(o.gate, o.up, o.y); }
inline auto operands(SwiGluBackward& o) { return std::tie(o.dy, o.gate, o.up, o.dgate, o.dup); }
inline auto operands(GatedAdd& o) { return std::tie(o.x, o.h, o.gate, o.y); }
inline auto operands(GatedAddBackward& o) { return std::tie(o.dy, o.h, o.gate, o.dh, o.dgate); }
inline auto operands(Embedding& o) { return std::tie(o.table, o.ids, o.y); }
inline auto operands(SumRows& o) { return std::tie(o.x, o.y); }
inline auto operands(Dropout& o) { return std::tie(o.x, o.y, o.step_counter); }
inline auto operands(RmsNorm& o) { return std::tie(o.x, o.weight, o.y, o.inv_rms, o.added.h, o.added.gate, o.added.sum); }
inline auto operands(RmsNormBackward& o) { return std::tie(o.dy, o.x, o.weight, o.inv_rms, o.dx, o.after.gate, o.after.gated); }
inline auto operands(ModulatedRmsNorm& o) {
  return std::tie(o.x, o.weight, o.shift, o.scale, o.y, o.inv_rms, o.added.h, o.added.gate, o.added.sum);
}
inline auto operands(ModulatedRmsNormBackward& o) {
  return std::tie(o.dy, o.x, o.weight, o.scale, o.inv_rms, o.dx, o.dshift, o.dscale, o.after.gate, o.after.gated);
}
inline auto operands(QkNormRope& o) { return std::tie(o.x, o.weight, o.cos, o.sin, o.y, o.inv_rms); }
inline auto operands(QkNormRopeBackward& o) { return std::tie(o.dy, o.x, o.weight, o.cos, o.sin, o.inv_rms, o.dx); }
inline auto operands(RowNorm& o) { return std::tie(o.x, o.y); }
inline auto operands(Attention& o) { return std::tie(o.q, o.k, o.v, o.out, o.lse, o.key_mask); }
inline auto operands(AttentionBackward& o) {
  return std::tie(o.dout, o.q, o.k, o.v, o.out, o.lse, o.dq, o.dk, o.dv, o.delta, o.key_mask, o.dscores);
}
inline auto operands(Conv1d& o) { return std::tie(o.x, o.weight, o.bias, o.y); }
inline auto operands(ConvTranspose1d& o) { return std::tie(o.x, o.weight, o.bias, o.y); }
inline auto operands(Snake& o) { return std::tie(o.x, o.alpha, o.beta, o.y); }
inline auto operands(GaussianSample& o) { return std::tie(o.mean, o.scale, o.noise, o.y); }
inline auto operands(TimestepEmbedding& o) { return std::tie(o.t, o.y); }
inline auto operands(FlowInterpolate& o) { return std::tie(o.x0, o.x1, o.t, o.x_t, o.velocity); }
inline auto operands(FlowLoss& o) { return std::tie(o.pred, o.velocity, o.weights, o.lengths, o.per_sample, o.loss, o.dpred); }
inline auto operands(NormalFill& o) { return std::tie(o.y); }
inline auto operands(SquaredNorm& o) { return std::tie(o.tensors, o.per_tensor, o.nonfinite); }
inline auto operands(ScaleAll& o) { return std::tie(o.tensors, o.device_factor); }
inline auto operands(UpdateGate& o) { return std::tie(o.squares, o.nonfinite, o.losses, o.factor, o.proceed); }
inline auto operands(AdamW& o) { return std::tie(o.params, o.exp_avg, o.exp_avg_sq, o.grads, o.proceed, o.factor); }
inline auto operands(AdamW8bit& o) {
  return std::tie(o.params, o.grads, o.exp_avg_codes, o.exp_avg_sq_codes, o.exp_avg_absmax, o.exp_avg_sq_absmax, o.proceed);
}
inline auto operands(Adafactor& o) { return std::tie(o.params, o.grads, o.row, o.col, o.proceed); }
inline auto operands(ProdigyMoments& o) {
  return std::tie(o.params, o.params0, o.grads, o.exp_avg, o.exp_avg_sq, o.s, o.numerator, o.denominator);
}
inline auto operands(ProdigyUpdate& o) { return std::tie(o.params, o.exp_avg, o.exp_avg_sq); }
inline auto operands(DoraGate& o) { return std::tie(o.magnitude, o.norm, o.gate); }
inline auto operands(DoraGateBackward& o) { return std::tie(o.dgate, o.magnitude, o.norm, o.dmagnitude, o.row_gain); }
inline auto operands(RowScale& o) { return std::tie(o.x, o.scale, o.y); }
inline auto operands(SkewSymmetric& o) { return std::tie(o.vector, o.q); }
inline auto operands(SkewSymmetricBackward& o) { return std::tie(o.dq, o.dvector); }
inline auto operands(CayleyInverse& o) { return std::tie(o.q, o.inverse); }
inline auto operands(ProjectRotation& o) { return std::tie(o.vector); }
inline auto operands(Dequantise& o) { return std::tie(o.codes, o.scales, o.y); }
inline auto operands(Transfer& o) { return std::tie(o.src, o.dst); }
inline auto operands(EmaUpdate& o) { return std::tie(o.averages, o.params, o.proceed); }

}  // namespace sidestep::testing
