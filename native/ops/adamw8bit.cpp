#include "ops/adamw8bit.h"

#include <algorithm>
#include <cmath>

#include "core/math.h"
#include "ops/dispatch.h"
#include "ops/optimizer_check.h"

namespace sidestep {

namespace {

std::array<float, 256> make_map(QuantSign sign) {
  std::array<float, 256> map{};
  size_t count = 0;
  for (int i = 0; i < 7; ++i) {
    const int steps = 1 << (sign == QuantSign::with_sign ? i : i + 1);
    for (int j = 0; j < steps; ++j) {
      const double middle = 0.1 + 0.9 * (j + 0.5) / steps;
      const auto value = static_cast<float>(middle * math::pow(10.0, i - 6));
      map[count++] = value;
      if (sign == QuantSign::with_sign) map[count++] = -value;
    }
  }
  map[count++] = 0;
  map[count++] = 1;
  std::sort(map.begin(), map.end());
  return map;
}

}  // namespace

const std::array<float, 256>& dynamic_map(QuantSign sign) {
  static const std::array<float, 256> with_sign = make_map(QuantSign::with_sign);
  static const std::array<float, 256> without_sign = make_map(QuantSign::without_sign);
  return sign == QuantSign::with_sign ? with_sign : without_sign;
}

void adamw8bit(const AdamW8bit& op, Stream& stream) {
  const OpCheck check("adamw8bit", stream);
  check_list(check, "params", op.params, op.params);
  check_list(check, "grads", op.grads, op.params);
  for (const auto* list : {&op.exp_avg_codes, &op.exp_avg_sq_codes, &op.exp_avg_absmax, &op.exp_avg_sq_absmax}) {
    if (list->size() != op.params.size()) check.refuse("state", "one tensor of each kind for every parameter");
  }
  for (size_t i = 0; i < op.params.size(); ++i) {
    const int64_t blocks = (op.params[i].numel() + kQuantBlock - 1) / kQuantBlock;
    for (const Tensor& codes : {op.exp_avg_codes[i], op.exp_avg_sq_codes[i]}) {
      check.shape("codes", codes, op.params[i].shape());
      check.dtype("codes", codes, DType::u8);
    }
    for (const Tensor& absmax : {op.exp_avg_absmax[i], op.exp_avg_sq_absmax[i]}) check.shape("absmax", absmax, {blocks});
  }
  check_gate(check, op.proceed);
  if (op.step < 1) check.refuse("step", "a step that counts from 1");
  const double n = total_elements(op.params);
  dispatch("adamw8bit", &Backend::adamw8bit, op, {30 * n, 16 * n}, stream);
}

}  // namespace sidestep
