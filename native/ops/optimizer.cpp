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
  const double n = total_elements(op.tensors);
  dispatch("scale_all", &Backend::scale_all, op, {n, 8 * n}, stream);
}

void adamw(const AdamW& op, Stream& stream) {
  const OpCheck check("adamw", stream);
  check_list(check, "params", op.params, op.params);
  check_list(check, "grads", op.grads, op.params);
  check_list(check, "exp_avg", op.exp_avg, op.params);
  check_list(check, "exp_avg_sq", op.exp_avg_sq, op.params);
  if (op.step < 1) check.refuse("step", "a step that counts from 1");
  const double n = total_elements(op.params);
  dispatch("adamw", &Backend::adamw, op, {14 * n, 28 * n}, stream);
}

void ema_update(const EmaUpdate& op, Stream& stream) {
  const OpCheck check("ema_update", stream);
  check_list(check, "params", op.params, op.params);
  check_list(check, "averages", op.averages, op.params);
  const double n = total_elements(op.params);
  dispatch("ema_update", &Backend::ema_update, op, {3 * n, 12 * n}, stream);
}

}  // namespace sidestep
