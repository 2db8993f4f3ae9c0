#include "ops/prodigy.h"

#include "ops/dispatch.h"
#include "ops/optimizer_check.h"

namespace sidestep {

void prodigy_moments(const ProdigyMoments& op, Stream& stream) {
  const OpCheck check("prodigy_moments", stream);
  check_list(check, "params", op.params, op.params);
  check_list(check, "params0", op.params0, op.params);
  check_list(check, "grads", op.grads, op.params);
  check_list(check, "exp_avg", op.exp_avg, op.params);
  check_list(check, "exp_avg_sq", op.exp_avg_sq, op.params);
  check_list(check, "s", op.s, op.params);
  const auto count = static_cast<int64_t>(op.params.size());
  for (const auto& [name, t] : {std::pair{"numerator", op.numerator}, std::pair{"denominator", op.denominator}}) {
    check.shape(name, t, {count});
    check.dtype(name, t, DType::f64);
  }
  const double n = total_elements(op.params);
  dispatch("prodigy_moments", &Backend::prodigy_moments, op, {14 * n, 36 * n}, stream);
}

void prodigy_update(const ProdigyUpdate& op, Stream& stream) {
  const OpCheck check("prodigy_update", stream);
  check_list(check, "params", op.params, op.params);
  check_list(check, "exp_avg", op.exp_avg, op.params);
  check_list(check, "exp_avg_sq", op.exp_avg_sq, op.params);
  const double n = total_elements(op.params);
  dispatch("prodigy_update", &Backend::prodigy_update, op, {6 * n, 16 * n}, stream);
}

}  // namespace sidestep
