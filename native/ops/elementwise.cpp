#include "ops/elementwise.h"

#include "ops/check.h"
#include "ops/dispatch.h"

namespace sidestep {

namespace {

/// All of one shape and dtype, without gaps.
void check_alike(const OpCheck& check, std::string_view name, const ConstTensor& t, const ConstTensor& like) {
  check.shape(name, t, like.shape());
  check.dtype(name, t, like.dtype());
  check.contiguous(name, t);
}

void check_rows(const OpCheck& check, std::string_view name, const ConstTensor& t, const ConstTensor& like) {
  check.shape(name, t, like.shape());
  check.dtype(name, t, like.dtype());
  check.dense_rows(name, t);
}

Cost pointwise_cost(const ConstTensor& t, double flops, double operands) {
  return {flops * static_cast<double>(t.numel()), operands * static_cast<double>(t.bytes())};
}

}  // namespace

void copy(const Copy& op, Stream& stream) {
  const OpCheck check("copy", stream);
  check.rank("src", op.src, op.src.rank());
  check.shape("dst", op.dst, op.src.shape());
  if (op.src.rank() > 4) check.refuse("src", "at most 4 dimensions");
  dispatch("copy", &Backend::copy, op, {0, static_cast<double>(op.src.bytes() + op.dst.bytes())}, stream);
}

void fill(const Fill& op, Stream& stream) {
  const OpCheck check("fill", stream);
  check.rank("y", op.y, op.y.rank());
  if (op.y.rank() > 4) check.refuse("y", "at most 4 dimensions");
  dispatch("fill", &Backend::fill, op, pointwise_cost(op.y, 0, 1), stream);
}

void add(const Add& op, Stream& stream) {
  const OpCheck check("add", stream);
  check.rank("a", op.a, op.a.rank());
  check.floating("a", op.a);
  check.contiguous("a", op.a);
  check_alike(check, "y", op.y, op.a);
  check.rank("b", op.b, op.b.rank());
  check.dtype("b", op.b, op.a.dtype());
  check.contiguous("b", op.b);
  if (op.a.numel() != 0 && (op.b.numel() == 0 || op.a.numel() % op.b.numel() != 0)) {
    check.refuse("b", "a number of elements that divides " + std::to_string(op.a.numel()));
  }
  dispatch("add", &Backend::add, op, pointwise_cost(op.a, 3, 3), stream);
}

void multiply(const Multiply& op, Stream& stream) {
  const OpCheck check("multiply", stream);
  check.rank("a", op.a, op.a.rank());
  check.floating("a", op.a);
  check_alike(check, "a", op.a, op.a);
  check_alike(check, "b", op.b, op.a);
  check_alike(check, "y", op.y, op.a);
  dispatch("multiply", &Backend::multiply, op, pointwise_cost(op.a, 1, 3), stream);
}

void silu(const Silu& op, Stream& stream) {
  const OpCheck check("silu", stream);
  check.rank("x", op.x, op.x.rank());
  check.floating("x", op.x);
  check.contiguous("x", op.x);
  check_alike(check, "y", op.y, op.x);
  dispatch("silu", &Backend::silu, op, pointwise_cost(op.x, 4, 2), stream);
}

void silu_backward(const SiluBackward& op, Stream& stream) {
  const OpCheck check("silu_backward", stream);
  check.rank("x", op.x, op.x.rank());
  check.floating("x", op.x);
  check.contiguous("x", op.x);
  check_alike(check, "dy", op.dy, op.x);
  check_alike(check, "dx", op.dx, op.x);
  dispatch("silu_backward", &Backend::silu_backward, op, pointwise_cost(op.x, 8, 3), stream);
}

void swiglu(const SwiGlu& op, Stream& stream) {
  const OpCheck check("swiglu", stream);
  check.rank("gate", op.gate, 2);
  check.floating("gate", op.gate);
  check_rows(check, "gate", op.gate, op.gate);
  check_rows(check, "up", op.up, op.gate);
  check_rows(check, "y", op.y, op.gate);
  dispatch("swiglu", &Backend::swiglu, op, pointwise_cost(op.gate, 5, 3), stream);
}

void swiglu_backward(const SwiGluBackward& op, Stream& stream) {
  const OpCheck check("swiglu_backward", stream);
  check.rank("gate", op.gate, 2);
  check.floating("gate", op.gate);
  check_rows(check, "gate", op.gate, op.gate);
  check_rows(check, "up", op.up, op.gate);
  check_rows(check, "dy", op.dy, op.gate);
  check_rows(check, "dgate", op.dgate, op.gate);
  check_rows(check, "dup", op.dup, op.gate);
  dispatch("swiglu_backward", &Backend::swiglu_backward, op, pointwise_cost(op.gate, 12, 5), stream);
}

void gated_add(const GatedAdd& op, Stream& stream) {
  const OpCheck check("gated_add", stream);
  check.rank("x", op.x, 3);
  check.floating("x", op.x);
  check_rows(check, "x", op.x, op.x);
  check_rows(check, "h", op.h, op.x);
  check_rows(check, "y", op.y, op.x);
  check.shape("gate", op.gate, {op.x.dim(0), op.x.dim(2)});
  check.dtype("gate", op.gate, op.x.dtype());
  check.dense_rows("gate", op.gate);
  dispatch("gated_add", &Backend::gated_add, op, pointwise_cost(op.x, 2, 3), stream);
}

void gated_add_backward(const GatedAddBackward& op, Stream& stream) {
  const OpCheck check("gated_add_backward", stream);
  check.rank("dy", op.dy, 3);
  check.floating("dy", op.dy);
  check_rows(check, "dy", op.dy, op.dy);
  check_rows(check, "dh", op.dh, op.dy);
  const Shape per_sample{op.dy.dim(0), op.dy.dim(2)};
  check.shape("gate", op.gate, per_sample);
  check.dtype("gate", op.gate, op.dy.dtype());
  check.dense_rows("gate", op.gate);
  if (op.dgate) {
    check_rows(check, "h", op.h, op.dy);
    check.shape("dgate", op.dgate, per_sample);
    check.dtype("dgate", op.dgate, DType::f32);
    check.dense_rows("dgate", op.dgate);
  }
  dispatch("gated_add_backward", &Backend::gated_add_backward, op, pointwise_cost(op.dy, op.dgate ? 3 : 1, op.dgate ? 3 : 2),
           stream);
}

void embedding(const Embedding& op, Stream& stream) {
  const OpCheck check("embedding", stream);
  check.rank("table", op.table, 2);
  check.floating("table", op.table);
  check.dense_rows("table", op.table);
  check.rank("ids", op.ids, 1);
  check.dtype("ids", op.ids, DType::i64);
  check.contiguous("ids", op.ids);
  check.shape("y", op.y, {op.ids.dim(0), op.table.dim(1)});
  check.floating("y", op.y);
  check.dense_rows("y", op.y);
  dispatch("embedding", &Backend::embedding, op, pointwise_cost(op.y, 0, 2), stream);
}

void sum_rows(const SumRows& op, Stream& stream) {
  const OpCheck check("sum_rows", stream);
  check.rank("x", op.x, 2);
  check.floating("x", op.x);
  check.dense_rows("x", op.x);
  check.shape("y", op.y, {op.x.dim(1)});
  check.dtype("y", op.y, DType::f32);
  check.contiguous("y", op.y);
  dispatch("sum_rows", &Backend::sum_rows, op, pointwise_cost(op.x, 1, 1), stream);
}

void dropout(const Dropout& op, Stream& stream) {
  const OpCheck check("dropout", stream);
  check.rank("x", op.x, op.x.rank());
  check.floating("x", op.x);
  check.contiguous("x", op.x);
  check_alike(check, "y", op.y, op.x);
  if (!(op.p >= 0 && op.p < 1)) check.refuse("p", "a probability in [0, 1)");
  if (op.step_counter) {
    check.shape("step_counter", op.step_counter, {1});
    check.dtype("step_counter", op.step_counter, DType::i64);
  }
  dispatch("dropout", &Backend::dropout, op, pointwise_cost(op.x, 1, 2), stream);
}

}  // namespace sidestep
