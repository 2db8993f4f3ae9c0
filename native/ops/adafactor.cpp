#include "ops/adafactor.h"

#include "ops/dispatch.h"
#include "ops/optimizer_check.h"

namespace sidestep {

AdafactorShapes adafactor_shapes(const Shape& param) {
  if (param.rank() < 2) return {param, Shape{0}};
  std::vector<int64_t> row, col;
  for (int i = 0; i < param.rank() - 1; ++i) row.push_back(param[i]);
  for (int i = 0; i < param.rank() - 2; ++i) col.push_back(param[i]);
  col.push_back(param[-1]);
  return {Shape(std::span<const int64_t>(row)), Shape(std::span<const int64_t>(col))};
}

void adafactor(const Adafactor& op, Stream& stream) {
  const OpCheck check("adafactor", stream);
  check_list(check, "params", op.params, op.params);
  check_list(check, "grads", op.grads, op.params);
  if (op.row.size() != op.params.size() || op.col.size() != op.params.size()) {
    check.refuse("row, col", "one of each for every parameter");
  }
  for (size_t i = 0; i < op.params.size(); ++i) {
    const AdafactorShapes shapes = adafactor_shapes(op.params[i].shape());
    check.shape("row[" + std::to_string(i) + "]", op.row[i], shapes.row);
    check.shape("col[" + std::to_string(i) + "]", op.col[i], shapes.col);
  }
  check_gate(check, op.proceed);
  if (op.step < 1) check.refuse("step", "a step that counts from 1");
  const double n = total_elements(op.params);
  dispatch("adafactor", &Backend::adafactor, op, {12 * n, 16 * n}, stream);
}

}  // namespace sidestep
