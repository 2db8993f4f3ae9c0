#include <cmath>

#include "core/math.h"
#include "ops/backend.h"
#include "ops/kernels.h"
#include "ops/rows.h"

namespace sidestep::cpu {

void snake(const Snake& op, Stream& stream) {
  const int64_t channels = op.x.dim(1), length = op.x.dim(2);
  const DType dtype = op.x.dtype();
  const auto parameter = [&](const ConstTensor& t, int64_t c) {
    float value = 0;
    vector_kernels().convert(dtype, at(t, c), DType::f32, &value, 1);
    return static_cast<float>(math::exp(static_cast<double>(value)));
  };
  over_rows(stream, op.x.dim(0) * channels, length, [&](int64_t row) {
    const int64_t b = row / channels, c = row % channels;
    vector_kernels().snake(dtype, at(op.x, b * op.x.stride(0) + c * op.x.stride(1)), parameter(op.alpha, c),
                           1.F / (parameter(op.beta, c) + 1e-9F), at(op.y, b * op.y.stride(0) + c * op.y.stride(1)), length);
  });
}

void gaussian_sample(const GaussianSample& op, Stream& stream) {
  const int64_t channels = op.mean.dim(1), length = op.mean.dim(2);
  const DType dtype = op.mean.dtype();
  const auto row_of = [&](const ConstTensor& t, int64_t row) {
    return at(t, row / channels * t.stride(0) + row % channels * t.stride(1));
  };
  over_rows(stream, op.mean.dim(0) * channels, length, [&](int64_t row) {
    auto* y = at(op.y, row / channels * op.y.stride(0) + row % channels * op.y.stride(1));
    if (!op.noise) {
      vector_kernels().convert(dtype, row_of(op.mean, row), dtype, y, length);
      return;
    }
    for (int64_t i = 0; i < length; ++i) {
      const auto element = static_cast<int64_t>(dtype_size(dtype)) * i;
      float mean, scale, noise;
      vector_kernels().convert(dtype, row_of(op.mean, row) + element, DType::f32, &mean, 1);
      vector_kernels().convert(dtype, row_of(op.scale, row) + element, DType::f32, &scale, 1);
      vector_kernels().convert(dtype, row_of(op.noise, row) + element, DType::f32, &noise, 1);
      // softplus, as PyTorch: the identity above 20
      const float softplus = scale > 20.F ? scale : static_cast<float>(math::log1p(math::exp(static_cast<double>(scale))));
      const float sample = mean + (softplus + 1e-4F) * noise;
      vector_kernels().convert(DType::f32, &sample, dtype, y + element, 1);
    }
  });
}

}  // namespace sidestep::cpu
