#include "adapters/initial.h"

#include <cmath>

#include "ops/transfer.h"

namespace sidestep {

namespace {

template <typename Draw>
void fill_from_host(Tensor value, Stream& stream, const Draw& draw) {
  if (stream.device().kind == DeviceKind::plan) return;
  const Storage host(DType::f32, value.shape());
  float* out = host.tensor().data<float>();
  for (int64_t i = 0; i < value.numel(); ++i) out[i] = draw(static_cast<uint64_t>(i));
  transfer({host.view(), value}, stream);
}

RandomKey random_key(const InitialKey& key) {
  return {.seed = key.seed, .purpose = Purpose::adapter_init, .step = key.tensor, .sample = key.module};
}

}  // namespace

void fill_uniform(Tensor value, double bound, const InitialKey& key, Stream& stream) {
  fill_from_host(value, stream, [&](uint64_t i) { return static_cast<float>((2 * uniform(random_key(key), i) - 1) * bound); });
}

void fill_normal(Tensor value, double deviation, const InitialKey& key, Stream& stream) {
  fill_from_host(value, stream,
                 [&](uint64_t i) { return static_cast<float>(static_cast<double>(normal(random_key(key), i)) * deviation); });
}

double kaiming_bound(const Shape& shape) {
  const auto fan_in = static_cast<double>(shape.numel()) / static_cast<double>(shape[0]);
  return 1 / std::sqrt(fan_in);
}

}  // namespace sidestep
