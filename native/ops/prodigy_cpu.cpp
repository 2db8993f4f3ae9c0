#include <cmath>

#include "ops/backend.h"
#include "ops/optimizer_chunks.h"

namespace sidestep::cpu {

void prodigy_moments(const ProdigyMoments& op, Stream& stream) {
  const auto beta1 = static_cast<float>(op.beta1), beta2 = static_cast<float>(op.beta2);
  const auto beta3 = static_cast<float>(op.beta3), s_gain = static_cast<float>(op.s_gain);
  const auto gain1 = static_cast<float>(op.d * (1 - op.beta1));
  const auto gain2 = static_cast<float>(op.d * op.d * (1 - op.beta2));
  const auto chunks = chunks_of(op.params);
  std::vector<double> numerators(chunks.size()), denominators(chunks.size());
  for_each_chunk(chunks, stream, [&](const Chunk& chunk, size_t i) {
    const float* p = op.params[chunk.tensor].data<float>();
    const float* p0 = op.params0[chunk.tensor].data<float>();
    const float* g = op.grads[chunk.tensor].data<float>();
    float* m = op.exp_avg[chunk.tensor].data<float>();
    float* v = op.exp_avg_sq[chunk.tensor].data<float>();
    float* s = op.s[chunk.tensor].data<float>();
    double numerator = 0, denominator = 0;
    for (int64_t j = chunk.begin; j < chunk.end; ++j) {
      numerator += static_cast<double>(g[j]) * static_cast<double>(p0[j] - p[j]);
      m[j] = m[j] * beta1 + gain1 * g[j];
      v[j] = v[j] * beta2 + gain2 * g[j] * g[j];
      s[j] = s[j] * beta3 + s_gain * g[j];
      denominator += static_cast<double>(std::abs(s[j]));
    }
    numerators[i] = numerator;
    denominators[i] = denominator;
  });
  auto* numerator = op.numerator.data<double>();
  auto* denominator = op.denominator.data<double>();
  std::fill_n(numerator, op.params.size(), 0.0);
  std::fill_n(denominator, op.params.size(), 0.0);
  for (size_t i = 0; i < chunks.size(); ++i) {
    numerator[chunks[i].tensor] += numerators[i];
    denominator[chunks[i].tensor] += denominators[i];
  }
}

void prodigy_update(const ProdigyUpdate& op, Stream& stream) {
  const auto decay = static_cast<float>(1 - op.dlr * op.weight_decay);
  const auto dlr = static_cast<float>(op.dlr), eps = static_cast<float>(op.d * op.eps);
  for_each_chunk(chunks_of(op.params), stream, [&](const Chunk& chunk, size_t) {
    float* p = op.params[chunk.tensor].data<float>();
    const float* m = op.exp_avg[chunk.tensor].data<float>();
    const float* v = op.exp_avg_sq[chunk.tensor].data<float>();
    for (int64_t j = chunk.begin; j < chunk.end; ++j) p[j] = p[j] * decay - dlr * (m[j] / (std::sqrt(v[j]) + eps));
  });
}

}  // namespace sidestep::cpu
