#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/math.h"
#include "ops/backend.h"
#include "ops/optimizer_chunks.h"

namespace sidestep::cpu {

void squared_norm(const SquaredNorm& op, Stream& stream) {
  const auto chunks = chunks_of(op.tensors);
  std::vector<double> sums(chunks.size());
  std::vector<int64_t> bad(chunks.size());
  for_each_chunk(chunks, stream, [&](const Chunk& chunk, size_t i) {
    const float* x = op.tensors[chunk.tensor].data<float>();
    double sum = 0;
    int64_t nonfinite = 0;
    for (int64_t j = chunk.begin; j < chunk.end; ++j) {
      sum += static_cast<double>(x[j]) * static_cast<double>(x[j]);
      nonfinite += std::isfinite(x[j]) ? 0 : 1;
    }
    sums[i] = sum;
    bad[i] = nonfinite;
  });
  auto* per_tensor = op.per_tensor.data<double>();
  auto* nonfinite = op.nonfinite.data<int64_t>();
  std::fill_n(per_tensor, op.tensors.size(), 0.0);
  std::fill_n(nonfinite, op.tensors.size(), int64_t{0});
  for (size_t i = 0; i < chunks.size(); ++i) {
    per_tensor[chunks[i].tensor] += sums[i];
    nonfinite[chunks[i].tensor] += bad[i];
  }
}

void scale_all(const ScaleAll& op, Stream& stream) {
  const float factor = op.device_factor ? op.device_factor.data<float>()[0] : op.factor;
  for_each_chunk(chunks_of(op.tensors), stream, [&](const Chunk& chunk, size_t) {
    float* x = op.tensors[chunk.tensor].data<float>();
    if (factor == 0)
      std::fill(x + chunk.begin, x + chunk.end, 0.F);
    else
      for (int64_t j = chunk.begin; j < chunk.end; ++j) x[j] *= factor;
  });
}

void update_gate(const UpdateGate& op, Stream&) {
  const auto *squares = op.squares.data<double>(), *end = squares + op.squares.numel();
  const auto* bad = op.nonfinite.data<int64_t>();
  const auto* losses = op.losses.data<float>();
  const double norm = std::sqrt(std::accumulate(squares, end, 0.0)) * op.gain;
  const double clip = op.max_norm > 0 ? std::min(1.0, op.max_norm / (norm + 1e-6)) : 1.0;
  const bool clean = std::all_of(bad, bad + op.nonfinite.numel(), [](int64_t n) { return n == 0; });
  const bool finite = std::all_of(losses, losses + op.losses.numel(), [](float loss) { return std::isfinite(loss); });
  op.factor.data<float>()[0] = static_cast<float>(clip * op.gain);
  op.proceed.data<uint8_t>()[0] = clean && finite ? 1 : 0;
}

void adamw(const AdamW& op, Stream& stream) {
  if (held_back(op.proceed)) return;
  const double correction1 = 1 - math::pow(op.beta1, static_cast<double>(op.step));
  const double correction2 = std::sqrt(1 - math::pow(op.beta2, static_cast<double>(op.step)));
  const auto decay = static_cast<float>(1 - op.learning_rate * op.weight_decay);
  const auto gain1 = static_cast<float>(1 - op.beta1), beta2 = static_cast<float>(op.beta2);
  const auto gain2 = static_cast<float>(1 - op.beta2), eps = static_cast<float>(op.eps);
  const auto step_size = static_cast<float>(op.learning_rate / correction1);
  const auto root_correction = static_cast<float>(correction2);
  for_each_chunk(chunks_of(op.params), stream, [&](const Chunk& chunk, size_t) {
    const float* g = op.grads[chunk.tensor].data<float>();
    float* p = op.params[chunk.tensor].data<float>();
    float* m = op.exp_avg[chunk.tensor].data<float>();
    float* v = op.exp_avg_sq[chunk.tensor].data<float>();
    const auto update = [&](auto gradient) {
      for (int64_t j = chunk.begin; j < chunk.end; ++j) {
        const float by = gradient(j);
        m[j] += (by - m[j]) * gain1;
        v[j] = v[j] * beta2 + gain2 * by * by;
        p[j] = p[j] * decay - step_size * (m[j] / (std::sqrt(v[j]) / root_correction + eps));
      }
    };
    if (!op.factor) return update([g](int64_t j) { return g[j]; });
    const float factor = op.factor.data<float>()[0];
    if (factor == 0) return update([](int64_t) { return 0.F; });
    update([g, factor](int64_t j) { return g[j] * factor; });
  });
}

void ema_update(const EmaUpdate& op, Stream& stream) {
  if (held_back(op.proceed)) return;
  const auto gain = static_cast<float>(1 - op.decay);
  for_each_chunk(chunks_of(op.averages), stream, [&](const Chunk& chunk, size_t) {
    float* average = op.averages[chunk.tensor].data<float>();
    const float* p = op.params[chunk.tensor].data<float>();
    for (int64_t j = chunk.begin; j < chunk.end; ++j) average[j] += (p[j] - average[j]) * gain;
  });
}

}  // namespace sidestep::cpu
