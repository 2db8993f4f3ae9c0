#include "ops/gemm8bit.h"

#include "ops/check.h"
#include "ops/dispatch.h"

namespace sidestep {

namespace {

void check_codes(const OpCheck& check, std::string_view name, const ConstTensor& codes) {
  check.rank(name, codes, 2);
  check.dtype(name, codes, DType::u8);
  check.dense_rows(name, codes);
}

void check_scales(const OpCheck& check, std::string_view name, const ConstTensor& scales, const Shape& shape) {
  check.shape(name, scales, shape);
  check.dtype(name, scales, DType::f32);
  check.contiguous(name, scales);
}

Cost cost_of(const Gemm8bit& op) {
  const double flops =
      2.0 * static_cast<double>(op.a.dim(0)) * static_cast<double>(op.b.dim(0)) * static_cast<double>(op.a.dim(1));
  return {flops, static_cast<double>(op.a.bytes() + op.b.bytes() + op.c.bytes() * (op.beta == 0 ? 1 : 2))};
}

}  // namespace

void gemm8bit(const Gemm8bit& op, Stream& stream) {
  const OpCheck check("gemm8bit", stream);
  check_codes(check, "a", op.a);
  check_codes(check, "b", op.b);
  check.shape("b", op.b, {op.b.dim(0), op.a.dim(1)});
  check_scales(check, "a_scales", op.a_scales, scale_shape(op.format, op.a.dim(0)));
  if (op.b_scales) check_scales(check, "b_scales", op.b_scales, scale_shape(op.format, op.b.dim(0)));
  check.shape("c", op.c, {op.a.dim(0), op.b.dim(0)});
  check.floating("c", op.c);
  check.dense_rows("c", op.c);
  if (op.bias) {
    check.shape("bias", op.bias, {op.b.dim(0)});
    check.contiguous("bias", op.bias);
    if (op.bias.dtype() != DType::f32) check.dtype("bias", op.bias, op.c.dtype());
  }
  if (op.format == CodeFormat::int8 && op.a.dim(1) > kLongestInt8Sum)
    check.refuse("a", "at most " + std::to_string(kLongestInt8Sum) + " columns");
  dispatch(op.format == CodeFormat::int8 ? "gemm8bit, int8" : "gemm8bit, e4m3", &Backend::gemm8bit, op, cost_of(op), stream);
}

}  // namespace sidestep
