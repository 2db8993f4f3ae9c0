#include "core/rel_l2.h"

#include <cmath>

#include "core/error.h"

namespace sidestep {
namespace {

int64_t offset_of(ConstTensor t, int64_t index) {
  int64_t offset = 0;
  for (int d = t.rank() - 1; d >= 0; --d) {
    offset += index % t.dim(d) * t.stride(d);
    index /= t.dim(d);
  }
  return offset;
}

}  // namespace

double element_at(ConstTensor t, int64_t index) {
  const int64_t offset = offset_of(t, index);
  switch (t.dtype()) {
    case DType::f32: return static_cast<double>(t.data<float>()[offset]);
    case DType::f64: return t.data<double>()[offset];
    case DType::bf16: return static_cast<double>(to_float(t.data<bf16_t>()[offset]));
    case DType::f16: return static_cast<double>(to_float(t.data<f16_t>()[offset]));
    case DType::i64: return static_cast<double>(t.data<int64_t>()[offset]);
    case DType::i32: return static_cast<double>(t.data<int32_t>()[offset]);
    case DType::u8:
    case DType::boolean: return static_cast<double>(t.data<uint8_t>()[offset]);
  }
  __builtin_unreachable();
}

SquaredDistance squared_distance(ConstTensor a, ConstTensor b) {
  if (a.numel() != b.numel())
    throw Error("native/shape-mismatch", "Cannot compare " + a.shape().to_string() + " with " + b.shape().to_string());
  SquaredDistance sum;
  for (int64_t i = 0; i < a.numel(); ++i) {
    const double x = element_at(a, i), y = element_at(b, i);
    sum.difference += (x - y) * (x - y);
    sum.reference += y * y;
  }
  return sum;
}

double relative_error(const SquaredDistance& distance) {
  return std::sqrt(distance.reference > 0 ? distance.difference / distance.reference : distance.difference);
}

double rel_l2(ConstTensor a, ConstTensor b) { return relative_error(squared_distance(a, b)); }

}  // namespace sidestep
