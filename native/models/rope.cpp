#include "models/rope.h"

#include <algorithm>
#include <cmath>

#include "core/math.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

/// Row-major [length, half]: each row one position, each column one frequency.
void compute_tables(float* cos, float* sin, int64_t length, int64_t half, double theta) {
  for (int64_t i = 0; i < half; ++i) {
    const double frequency = math::pow(theta, -static_cast<double>(i) / static_cast<double>(half));
    for (int64_t position = 0; position < length; ++position) {
      const math::SinCos angle = math::sin_cos(static_cast<double>(position) * frequency);
      cos[position * half + i] = static_cast<float>(angle.cos);
      sin[position * half + i] = static_cast<float>(angle.sin);
    }
  }
}

}  // namespace

void RopeTable::ensure(int64_t length, Stream& stream) {
  if (cos_ && cos_.tensor().dim(0) >= length && cos_.tensor().device() == stream.device()) return;
  const int64_t half = head_dim_ / 2;
  const Shape shape{std::max<int64_t>(length, 1), half};
  cos_ = Storage(DType::f32, shape, stream.device());
  sin_ = Storage(DType::f32, shape, stream.device());
  if (stream.device().kind == DeviceKind::plan) return;
  const Storage host_cos(DType::f32, shape), host_sin(DType::f32, shape);
  compute_tables(host_cos.tensor().data<float>(), host_sin.tensor().data<float>(), shape[0], half, theta_);
  transfer({.src = host_cos.view(), .dst = cos_.tensor()}, stream);
  transfer({.src = host_sin.view(), .dst = sin_.tensor()}, stream);
}

}  // namespace sidestep
