#include "ops/dora.h"

#include "ops/check.h"
#include "ops/dispatch.h"

namespace sidestep {

namespace {

void check_vector(const OpCheck& check, std::string_view name, const ConstTensor& t, int64_t size) {
  check.shape(name, t, {size});
  check.dtype(name, t, DType::f32);
  check.contiguous(name, t);
}

}  // namespace

void dora_gate(const DoraGate& op, Stream& stream) {
  const OpCheck check("dora_gate", stream);
  check.rank("magnitude", op.magnitude, 1);
  const int64_t size = op.magnitude.dim(0);
  check_vector(check, "magnitude", op.magnitude, size);
  check_vector(check, "norm", op.norm, size);
  check.shape("gate", op.gate, {size});
  check.floating("gate", op.gate);
  check.contiguous("gate", op.gate);
  const auto n = static_cast<double>(size);
  dispatch("dora_gate", &Backend::dora_gate, op, {3 * n, 12 * n}, stream);
}

void dora_gate_backward(const DoraGateBackward& op, Stream& stream) {
  const OpCheck check("dora_gate_backward", stream);
  check.rank("magnitude", op.magnitude, 1);
  const int64_t size = op.magnitude.dim(0);
  check_vector(check, "magnitude", op.magnitude, size);
  check_vector(check, "norm", op.norm, size);
  check_vector(check, "dgate", op.dgate, size);
  check_vector(check, "dmagnitude", op.dmagnitude, size);
  if (op.row_gain) check_vector(check, "row_gain", op.row_gain, size);
  const auto n = static_cast<double>(size);
  dispatch("dora_gate_backward", &Backend::dora_gate_backward, op, {7 * n, 24 * n}, stream);
}

void row_scale(const RowScale& op, Stream& stream) {
  const OpCheck check("row_scale", stream);
  check.rank("x", op.x, 2);
  check.dtype("x", op.x, DType::f32);
  check.contiguous("x", op.x);
  check_vector(check, "scale", op.scale, op.x.dim(0));
  check.shape("y", op.y, op.x.shape());
  check.dtype("y", op.y, DType::f32);
  check.contiguous("y", op.y);
  const auto n = static_cast<double>(op.x.numel());
  dispatch("row_scale", &Backend::row_scale, op, {n, 8 * n}, stream);
}

}  // namespace sidestep
