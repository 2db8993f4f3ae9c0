#include "ops/norm.h"

#include "ops/check.h"
#include "ops/dispatch.h"

namespace sidestep {

namespace {

/// Of one shape and dtype, last dimension dense.
void check_rows(const OpCheck& check, std::string_view name, const ConstTensor& t, const ConstTensor& like) {
  check.shape(name, t, like.shape());
  check.dtype(name, t, like.dtype());
  check.dense_rows(name, t);
}

void check_vector(const OpCheck& check, std::string_view name, const ConstTensor& t, const Shape& shape, DType dtype) {
  check.shape(name, t, shape);
  check.dtype(name, t, dtype);
  check.contiguous(name, t);
}

void check_per_sample(const OpCheck& check, std::string_view name, const ConstTensor& t, const ConstTensor& x, DType dtype) {
  check.shape(name, t, {x.dim(0), x.dim(2)});
  check.dtype(name, t, dtype);
  check.dense_rows(name, t);
}

void check_heads(const OpCheck& check, const ConstTensor& x, const ConstTensor& weight, const ConstTensor& cos,
                 const ConstTensor& sin) {
  check.rank("x", x, 4);
  check.floating("x", x);
  check.dense_rows("x", x);
  const int64_t head_dim = x.dim(3);
  if (weight) check_vector(check, "weight", weight, {head_dim}, x.dtype());
  if (!cos && !sin) return;
  if (head_dim % 2 != 0) check.refuse("x", "an even head size, because it is rotated");
  for (const auto& [name, table] : {std::pair{"cos", cos}, std::pair{"sin", sin}}) {
    check.rank(name, table, 2);
    check_vector(check, name, table, {table.dim(0), head_dim / 2}, DType::f32);
    if (table.dim(0) < x.dim(1)) check.refuse(name, "at least " + std::to_string(x.dim(1)) + " positions");
  }
}

/// The leading dimension of `gate` divides the rows of x.
void check_gate(const OpCheck& check, const ConstTensor& gate, const ConstTensor& x) {
  check.rank("gate", gate, 2);
  check.dtype("gate", gate, x.dtype());
  check.dense_rows("gate", gate);
  const int64_t width = x.dim(-1), rows = width == 0 ? 0 : x.numel() / width;
  const bool divides = gate.dim(0) > 0 && rows % gate.dim(0) == 0 && (x.rank() == 2 || gate.dim(0) == x.dim(0));
  if (gate.dim(1) != width || !divides) check.refuse("gate", "a row of " + std::to_string(width) + " elements for each sample");
}

void check_added(const OpCheck& check, const AddedFirst& added, const ConstTensor& x) {
  if (!added.h) return;
  check_rows(check, "h", added.h, x);
  check_rows(check, "sum", added.sum, x);
  if (added.gate) return check_gate(check, added.gate, x);
  for (const ConstTensor& t : {x, added.h, ConstTensor(added.sum)}) check.contiguous("x, h and sum without a gate", t);
}

void check_gated(const OpCheck& check, const GatedAfter& after, const ConstTensor& x) {
  if (!after.gate) return;
  check_gate(check, after.gate, x);
  check_rows(check, "gated", after.gated, x);
}

/// Operands of x's size that pass through memory.
double passes(const AddedFirst& added) { return added.h ? 4 : 2; }

template <typename Op>
double backward_passes(const Op& op) {
  return (op.beta == 0 ? 3 : 4) + (op.after.gate ? 1 : 0);
}

Cost rows_cost(const ConstTensor& x, double flops, double operands) {
  return {flops * static_cast<double>(x.numel()), operands * static_cast<double>(x.bytes())};
}

}  // namespace

void rms_norm(const RmsNorm& op, Stream& stream) {
  const OpCheck check("rms_norm", stream);
  check.rank("x", op.x, 2);
  check.floating("x", op.x);
  check_rows(check, "x", op.x, op.x);
  check_rows(check, "y", op.y, op.x);
  check_vector(check, "weight", op.weight, {op.x.dim(1)}, op.x.dtype());
  if (op.inv_rms) check_vector(check, "inv_rms", op.inv_rms, {op.x.dim(0)}, DType::f32);
  check_added(check, op.added, op.x);
  dispatch("rms_norm", &Backend::rms_norm, op, rows_cost(op.x, 4 + (op.added.h ? 2 : 0), passes(op.added)), stream);
}

void rms_norm_backward(const RmsNormBackward& op, Stream& stream) {
  const OpCheck check("rms_norm_backward", stream);
  check.rank("x", op.x, 2);
  check.floating("x", op.x);
  check_rows(check, "x", op.x, op.x);
  check_rows(check, "dy", op.dy, op.x);
  check_rows(check, "dx", op.dx, op.x);
  check_vector(check, "weight", op.weight, {op.x.dim(1)}, op.x.dtype());
  check_vector(check, "inv_rms", op.inv_rms, {op.x.dim(0)}, DType::f32);
  check_gated(check, op.after, op.x);
  dispatch("rms_norm_backward", &Backend::rms_norm_backward, op, rows_cost(op.x, op.after.gate ? 8 : 7, backward_passes(op)),
           stream);
}

void modulated_rms_norm(const ModulatedRmsNorm& op, Stream& stream) {
  const OpCheck check("modulated_rms_norm", stream);
  check.rank("x", op.x, 3);
  check.floating("x", op.x);
  check_rows(check, "x", op.x, op.x);
  check_rows(check, "y", op.y, op.x);
  check_vector(check, "weight", op.weight, {op.x.dim(2)}, op.x.dtype());
  check_per_sample(check, "shift", op.shift, op.x, op.x.dtype());
  check_per_sample(check, "scale", op.scale, op.x, op.x.dtype());
  if (op.inv_rms) check_vector(check, "inv_rms", op.inv_rms, {op.x.dim(0) * op.x.dim(1)}, DType::f32);
  check_added(check, op.added, op.x);
  dispatch("modulated_rms_norm", &Backend::modulated_rms_norm, op, rows_cost(op.x, 7 + (op.added.h ? 2 : 0), passes(op.added)),
           stream);
}

void modulated_rms_norm_backward(const ModulatedRmsNormBackward& op, Stream& stream) {
  const OpCheck check("modulated_rms_norm_backward", stream);
  check.rank("x", op.x, 3);
  check.floating("x", op.x);
  check_rows(check, "x", op.x, op.x);
  check_rows(check, "dy", op.dy, op.x);
  check_rows(check, "dx", op.dx, op.x);
  check_vector(check, "weight", op.weight, {op.x.dim(2)}, op.x.dtype());
  check_per_sample(check, "scale", op.scale, op.x, op.x.dtype());
  check_vector(check, "inv_rms", op.inv_rms, {op.x.dim(0) * op.x.dim(1)}, DType::f32);
  if (static_cast<bool>(op.dshift) != static_cast<bool>(op.dscale)) check.refuse("dscale", "dshift and dscale, or neither");
  if (op.dshift) {
    check_per_sample(check, "dshift", op.dshift, op.x, DType::f32);
    check_per_sample(check, "dscale", op.dscale, op.x, DType::f32);
  }
  check_gated(check, op.after, op.x);
  dispatch("modulated_rms_norm_backward", &Backend::modulated_rms_norm_backward, op,
           rows_cost(op.x, (op.dshift ? 12 : 8) + (op.after.gate ? 1 : 0), backward_passes(op)), stream);
}

void qk_norm_rope(const QkNormRope& op, Stream& stream) {
  const OpCheck check("qk_norm_rope", stream);
  check_heads(check, op.x, op.weight, op.cos, op.sin);
  check_rows(check, "y", op.y, op.x);
  if (op.inv_rms) check_vector(check, "inv_rms", op.inv_rms, {op.x.dim(0), op.x.dim(1), op.x.dim(2)}, DType::f32);
  dispatch("qk_norm_rope", &Backend::qk_norm_rope, op, rows_cost(op.x, 7, 2), stream);
}

void qk_norm_rope_backward(const QkNormRopeBackward& op, Stream& stream) {
  const OpCheck check("qk_norm_rope_backward", stream);
  check_heads(check, op.x, op.weight, op.cos, op.sin);
  check_rows(check, "dy", op.dy, op.x);
  check_rows(check, "dx", op.dx, op.x);
  if (op.weight) {
    check_vector(check, "inv_rms", op.inv_rms, {op.x.dim(0), op.x.dim(1), op.x.dim(2)}, DType::f32);
  }
  dispatch("qk_norm_rope_backward", &Backend::qk_norm_rope_backward, op, rows_cost(op.x, 10, 3), stream);
}

void row_norm(const RowNorm& op, Stream& stream) {
  const OpCheck check("row_norm", stream);
  check.rank("x", op.x, 2);
  check.floating("x", op.x);
  check.dense_rows("x", op.x);
  check_vector(check, "y", op.y, {op.x.dim(0)}, DType::f32);
  dispatch("row_norm", &Backend::row_norm, op, rows_cost(op.x, 2, 1), stream);
}

}  // namespace sidestep
