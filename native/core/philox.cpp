#include "core/philox.h"

#include <cmath>
#include <numbers>
#include <string>

#include "core/error.h"
#include "core/math.h"

namespace sidestep {
namespace {

double to_uniform(uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-32; }

struct NormalPair {
  double even, odd;
};

// Box & Muller 1958.
NormalPair normal_pair(uint32_t first, uint32_t second) {
  const double radius = std::sqrt(-2.0 * math::log(to_uniform(first)));
  const math::SinCos angle = math::sin_cos(2.0 * std::numbers::pi * to_uniform(second));
  return {radius * angle.cos, radius * angle.sin};
}

}  // namespace

std::array<uint32_t, 4> random_block(const RandomKey& key, uint64_t block) {
  if (block >> 32 != 0)
    throw Error("native/random-exhausted",
                "A stream of random numbers ends after 2^34 elements; block " + std::to_string(block) + " was asked for");
  const RandomCounter input = random_counter(key, static_cast<uint32_t>(block));
  return philox4x32_10(input.counter, input.key);
}

double uniform(const RandomKey& key, uint64_t element) { return to_uniform(random_block(key, element / 4)[element % 4]); }

std::array<float, 4> normal_block(const RandomKey& key, uint64_t block) {
  const std::array<uint32_t, 4> words = random_block(key, block);
  const NormalPair first = normal_pair(words[0], words[1]);
  const NormalPair second = normal_pair(words[2], words[3]);
  return {static_cast<float>(first.even), static_cast<float>(first.odd), static_cast<float>(second.even),
          static_cast<float>(second.odd)};
}

float normal(const RandomKey& key, uint64_t element) { return normal_block(key, element / 4)[element % 4]; }

bool bernoulli(const RandomKey& key, uint64_t element, double p) { return uniform(key, element) < p; }

}  // namespace sidestep
