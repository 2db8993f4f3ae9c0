#include <algorithm>
#include <cmath>

#include "core/math.h"
#include "ops/backend.h"
#include "ops/optimizer_chunks.h"

namespace sidestep::cpu {

namespace {

using Map = std::array<float, 256>;
using Block = std::array<float, kQuantBlock>;

/// Index of the nearest map value; the upper one where two are equally near.
uint8_t nearest_code(const Map& map, float value) {
  const auto above = std::lower_bound(map.begin(), map.end(), value);
  if (above == map.begin()) return 0;
  if (above == map.end()) return 255;
  const auto index = static_cast<size_t>(above - map.begin());
  return static_cast<uint8_t>(value - map[index - 1] < map[index] - value ? index - 1 : index);
}

void store_block(const Map& map, const Block& values, int64_t count, uint8_t* codes, float* absmax) {
  float largest = 0;
  for (int64_t j = 0; j < count; ++j) largest = std::max(largest, std::abs(values[static_cast<size_t>(j)]));
  *absmax = largest;
  const float inverse = largest > 0 ? 1 / largest : 0;
  for (int64_t j = 0; j < count; ++j) codes[j] = nearest_code(map, values[static_cast<size_t>(j)] * inverse);
}

struct Rates {
  float beta1, beta2, gain1, gain2, eps, decay, step_size, root_correction;
};

void update_block(const AdamW8bit& op, const Chunk& chunk, const Rates& rates) {
  const Map& signed_map = dynamic_map(QuantSign::with_sign);
  const Map& unsigned_map = dynamic_map(QuantSign::without_sign);
  const int64_t count = chunk.end - chunk.begin, block = chunk.begin / kQuantBlock;
  float* p = op.params[chunk.tensor].data<float>() + chunk.begin;
  const float* g = op.grads[chunk.tensor].data<float>() + chunk.begin;
  auto* m_codes = op.exp_avg_codes[chunk.tensor].data<uint8_t>() + chunk.begin;
  auto* v_codes = op.exp_avg_sq_codes[chunk.tensor].data<uint8_t>() + chunk.begin;
  float* m_absmax = op.exp_avg_absmax[chunk.tensor].data<float>() + block;
  float* v_absmax = op.exp_avg_sq_absmax[chunk.tensor].data<float>() + block;
  Block m, v;
  for (int64_t j = 0; j < count; ++j) {
    const auto i = static_cast<size_t>(j);
    m[i] = signed_map[m_codes[j]] * *m_absmax * rates.beta1 + rates.gain1 * g[j];
    v[i] = unsigned_map[v_codes[j]] * *v_absmax * rates.beta2 + rates.gain2 * g[j] * g[j];
    p[j] = p[j] * rates.decay - rates.step_size * (m[i] / (std::sqrt(v[i]) / rates.root_correction + rates.eps));
  }
  store_block(signed_map, m, count, m_codes, m_absmax);
  store_block(unsigned_map, v, count, v_codes, v_absmax);
}

}  // namespace

void adamw8bit(const AdamW8bit& op, Stream& stream) {
  if (held_back(op.proceed)) return;
  const double correction1 = 1 - math::pow(op.beta1, static_cast<double>(op.step));
  const double correction2 = std::sqrt(1 - math::pow(op.beta2, static_cast<double>(op.step)));
  const Rates rates{static_cast<float>(op.beta1),
                    static_cast<float>(op.beta2),
                    static_cast<float>(1 - op.beta1),
                    static_cast<float>(1 - op.beta2),
                    static_cast<float>(op.eps),
                    static_cast<float>(1 - op.learning_rate * op.weight_decay),
                    static_cast<float>(op.learning_rate / correction1),
                    static_cast<float>(correction2)};
  for_each_chunk(chunks_of(op.params, kQuantBlock), stream, [&](const Chunk& chunk, size_t) { update_block(op, chunk, rates); });
}

}  // namespace sidestep::cpu
