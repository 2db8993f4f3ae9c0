#include <cmath>
#include <vector>

#include "ops/backend.h"
#include "ops/kernels.h"
#include "ops/rows.h"

namespace sidestep::cpu {

namespace {

float inverse_rms(const VectorKernels& kernels, DType dtype, const void* row, int64_t d, float eps) {
  return 1.F / std::sqrt(kernels.sum_of_squares(dtype, row, d) / static_cast<float>(d) + eps);
}

int64_t row_offset(const ConstTensor& t, int64_t b, int64_t row) { return b * t.stride(0) + row * t.stride(1); }

int64_t head_offset(const ConstTensor& t, int64_t b, int64_t frame, int64_t head) {
  return b * t.stride(0) + frame * t.stride(1) + head * t.stride(2);
}

/// [N, D] or [B, T, D] as [samples, N / samples, D].
template <typename T>
T by_sample(const T& t, int64_t samples) {
  if (t.rank() == 3) return t;
  const int64_t frames = t.dim(0) / samples;
  return T(t.raw(), t.dtype(), {samples, frames, t.dim(1)}, {frames * t.stride(0), t.stride(0), 1}, t.device());
}

/// What is normalised: x, or the sum, which is made here by the ops it replaces.
ConstTensor added_first(const ConstTensor& x, const AddedFirst& added, Stream& stream) {
  if (!added.h) return x;
  const int64_t samples = added.gate ? added.gate.dim(0) : 0;
  if (added.gate)
    cpu::gated_add(
        {.x = by_sample(x, samples), .h = by_sample(added.h, samples), .gate = added.gate, .y = by_sample(added.sum, samples)},
        stream);
  else
    cpu::add({.a = x, .b = added.h, .y = added.sum}, stream);
  return added.sum;
}

void gate_after(const ConstTensor& dx, const GatedAfter& after, Stream& stream) {
  if (!after.gate) return;
  const int64_t samples = after.gate.dim(0);
  cpu::gated_add_backward({.dy = by_sample(dx, samples), .gate = after.gate, .dh = by_sample(after.gated, samples)}, stream);
}

/// Table row of a frame, or null without a table.
const float* table_row(const ConstTensor& table, int64_t frame) {
  return table ? table.data<float>() + frame * table.dim(1) : nullptr;
}

/// dshift = sum over t of dy; dscale = sum over t of dy * x * inv_rms, times the weight once at the end.
void modulation_gradients(const ModulatedRmsNormBackward& op, int64_t b, Stream& stream) {
  const VectorKernels& kernels = vector_kernels();
  const DType dtype = op.x.dtype();
  const int64_t frames = op.x.dim(1), d = op.x.dim(2);
  const float* inv_rms = op.inv_rms.data<float>() + b * frames;
  sum_over_rows(stream, frames, d, op.dshift.data<float>() + b * op.dshift.stride(0),
                [&](int64_t t, int64_t first, float* total, int64_t count) {
                  kernels.accumulate(dtype, at(op.dy, row_offset(op.dy, b, t) + first), total, count);
                });
  std::vector<float> products(static_cast<size_t>(d)), weight(static_cast<size_t>(d));
  sum_over_rows(stream, frames, d, products.data(), [&](int64_t t, int64_t first, float* total, int64_t count) {
    kernels.accumulate_product(dtype, at(op.dy, row_offset(op.dy, b, t) + first), at(op.x, row_offset(op.x, b, t) + first),
                               inv_rms[t], total, count);
  });
  kernels.convert(dtype, op.weight.raw(), DType::f32, weight.data(), d);
  kernels.accumulate_product(DType::f32, products.data(), weight.data(), 1, op.dscale.data<float>() + b * op.dscale.stride(0), d);
}

}  // namespace

void rms_norm(const RmsNorm& op, Stream& stream) {
  const VectorKernels& kernels = vector_kernels();
  const DType dtype = op.x.dtype();
  const int64_t d = op.x.dim(1);
  const ConstTensor normed = added_first(op.x, op.added, stream);
  over_rows(stream, op.x.dim(0), d, [&](int64_t n) {
    const auto* x = at(normed, n * normed.stride(0));
    const float inv_rms = inverse_rms(kernels, dtype, x, d, op.eps);
    if (op.inv_rms) op.inv_rms.data<float>()[n] = inv_rms;
    kernels.normalise(dtype, x, op.weight.raw(), inv_rms, at(op.y, n * op.y.stride(0)), d);
  });
}

void rms_norm_backward(const RmsNormBackward& op, Stream& stream) {
  const int64_t d = op.x.dim(1);
  over_rows(stream, op.x.dim(0), d, [&](int64_t n) {
    vector_kernels().normalise_backward(op.x.dtype(), at(op.dy, n * op.dy.stride(0)), at(op.x, n * op.x.stride(0)),
                                        op.weight.raw(), nullptr, op.inv_rms.data<float>()[n], op.beta,
                                        at(op.dx, n * op.dx.stride(0)), d);
  });
  gate_after(op.dx, op.after, stream);
}

void modulated_rms_norm(const ModulatedRmsNorm& op, Stream& stream) {
  const VectorKernels& kernels = vector_kernels();
  const DType dtype = op.x.dtype();
  const int64_t frames = op.x.dim(1), d = op.x.dim(2);
  const ConstTensor normed = added_first(op.x, op.added, stream);
  over_rows(stream, op.x.dim(0) * frames, d, [&](int64_t n) {
    const int64_t b = n / frames, t = n % frames;
    const auto* x = at(normed, row_offset(normed, b, t));
    const float inv_rms = inverse_rms(kernels, dtype, x, d, op.eps);
    if (op.inv_rms) op.inv_rms.data<float>()[n] = inv_rms;
    kernels.normalise_modulated(dtype, x, op.weight.raw(), at(op.scale, b * op.scale.stride(0)),
                                at(op.shift, b * op.shift.stride(0)), inv_rms, at(op.y, row_offset(op.y, b, t)), d);
  });
}

void modulated_rms_norm_backward(const ModulatedRmsNormBackward& op, Stream& stream) {
  const int64_t frames = op.x.dim(1), d = op.x.dim(2);
  if (op.dshift) {  // before dx, which may alias dy
    for (int64_t b = 0; b < op.x.dim(0); ++b) modulation_gradients(op, b, stream);
  }
  over_rows(stream, op.x.dim(0) * frames, d, [&](int64_t n) {
    const int64_t b = n / frames, t = n % frames;
    vector_kernels().normalise_backward(op.x.dtype(), at(op.dy, row_offset(op.dy, b, t)), at(op.x, row_offset(op.x, b, t)),
                                        op.weight.raw(), at(op.scale, b * op.scale.stride(0)), op.inv_rms.data<float>()[n],
                                        op.beta, at(op.dx, row_offset(op.dx, b, t)), d);
  });
  gate_after(op.dx, op.after, stream);
}

void qk_norm_rope(const QkNormRope& op, Stream& stream) {
  const VectorKernels& kernels = vector_kernels();
  const DType dtype = op.x.dtype();
  const int64_t frames = op.x.dim(1), heads = op.x.dim(2), head_dim = op.x.dim(3);
  over_rows(stream, op.x.dim(0) * frames, heads * head_dim, [&](int64_t n) {
    const int64_t b = n / frames, t = n % frames;
    for (int64_t h = 0; h < heads; ++h) {
      const auto* x = at(op.x, head_offset(op.x, b, t, h));
      const float inv_rms = op.weight || op.inv_rms ? inverse_rms(kernels, dtype, x, head_dim, op.eps) : 1.F;
      if (op.inv_rms) op.inv_rms.data<float>()[n * heads + h] = inv_rms;
      kernels.head_norm_rope(dtype, x, op.weight.raw(), table_row(op.cos, t), table_row(op.sin, t), inv_rms,
                             at(op.y, head_offset(op.y, b, t, h)), head_dim);
    }
  });
}

void qk_norm_rope_backward(const QkNormRopeBackward& op, Stream& stream) {
  const int64_t frames = op.x.dim(1), heads = op.x.dim(2), head_dim = op.x.dim(3);
  over_rows(stream, op.x.dim(0) * frames, heads * head_dim, [&](int64_t n) {
    const int64_t b = n / frames, t = n % frames;
    for (int64_t h = 0; h < heads; ++h) {
      const float inv_rms = op.weight ? op.inv_rms.data<float>()[n * heads + h] : 1.F;
      vector_kernels().head_norm_rope_backward(op.x.dtype(), at(op.dy, head_offset(op.dy, b, t, h)),
                                               at(op.x, head_offset(op.x, b, t, h)), op.weight.raw(), table_row(op.cos, t),
                                               table_row(op.sin, t), inv_rms, at(op.dx, head_offset(op.dx, b, t, h)), head_dim);
    }
  });
}

void row_norm(const RowNorm& op, Stream& stream) {
  const int64_t d = op.x.dim(1);
  over_rows(stream, op.x.dim(0), d, [&](int64_t n) {
    op.y.data<float>()[n] = std::sqrt(vector_kernels().sum_of_squares(op.x.dtype(), at(op.x, n * op.x.stride(0)), d));
  });
}

}  // namespace sidestep::cpu
