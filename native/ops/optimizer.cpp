#include "ops/optimizer.h"

#include "ops/dispatch.h"
#include "ops/optimizer_check.h"

namespace sidestep {

void squared_norm(const SquaredNorm& op, Stream& stream) {
  const OpCheck check("squared_norm", stream);
  check_list(check, "tensors", op.tensors, op.tensors);
  const auto count = static_cast<int64_t>(op.tensors.size());
  check.shape("per_tensor", op.per_tensor, {count});
  check.dtype("per_tensor", op.per_tensor, DType::f64);
  check.shape("nonfinite", op.nonfinite, {count});
  check.dtype("nonfinite", op.nonfinite, DType::i64);
  const double n = total_elements(op.tensors);
  dispatch("squared_norm", &Backend::squared_norm, op, {2 * n, 4 * n}, stream);
}

void scale_all(const ScaleAll& op, Stream& stream) {
  const OpCheck check("scale_all", stream);
  check_list(check, "tensors", op.tensors, op.tensors);
  if (op.device_factor) {
    check.shape("device_factor", op.device_factor, {1});
    check.dtype("device_factor", op.device_factor, DType::f32);
  }
  const double n = total_elements(op.tensors);
  const bool clears = !op.device_factor && op.factor == 0;  // reads nothing
  dispatch("scale_all", &Backend::scale_all, op, {clears ? 0 : n, (clears ? 4 : 8) * n}, stream);
}

void update_gate(const UpdateGate& op, Stream& stream) {
  const OpCheck check("update_gate", stream);
  check.rank("squares", op.squares, 1);
  check.dtype("squares", op.squares, DType::f64);
  check.contiguous("squares", op.squares);
  check.shape("nonfinite", op.nonfinite, op.squares.shape());
  check.dtype("nonfinite", op.nonfinite, DType::i64);
  check.contiguous("nonfinite", op.nonfinite);
  check.rank("losses", op.losses, 1);
  check.dtype("losses", op.losses, DType::f32);
  check.contiguous("losses", op.losses);
  check.shape("factor", op.factor, {1});
  check.dtype("factor", op.factor, DType::f32);
  check.shape("proceed", op.proceed, {1});
  check.dtype("proceed", op.proceed, DType::u8);
  const auto parameters = static_cast<double>(op.squares.numel()), losses = static_cast<double>(op.losses.numel());
  dispatch("update_gate", &Backend::update_gate, op, {2 * parameters + losses, 16 * parameters + 4 * losses + 5}, stream);
}

void adamw(const AdamW& op, Stream& stream) {
  const OpCheck check("adamw", stream);
  check_list(check, "params", op.params, op.params);
  check_list(check, "grads", op.grads, op.params);
  check_list(check, "exp_avg", op.exp_avg, op.params);
  check_list(check, "exp_avg_sq", op.exp_avg_sq, op.params);
  check_gate(check, op.proceed);
  if (op.factor) {
    check.shape("factor", op.factor, {1});
    check.dtype("factor", op.factor, DType::f32);
  }
  if (op.step < 1) check.refuse("step", "a step that counts from 1");
  const double n = total_elements(op.params);
  dispatch("adamw", &Backend::adamw, op, {14 * n, 28 * n}, stream);
}

void ema_update(const EmaUpdate& op, Stream& stream) {
  const OpCheck check("ema_update", stream);
  check_list(check, "params", op.params, op.params);
  check_list(check, "averages", op.averages, op.params);
  check_gate(check, op.proceed);
  const double n = total_elements(op.params);
  dispatch("ema_update", &Backend::ema_update, op, {3 * n, 12 * n}, stream);
}

}  // namespace sidestep
