#pragma once
#include <array>
#include <cstdint>

namespace sidestep {

/// What a draw is for; part of the counter, so that two purposes never share random numbers. Values are part of the file
/// format of checkpoints: never renumber.
enum class Purpose : uint32_t {
  vae_sample = 1,
  noise = 2,
  timestep = 3,
  condition_dropout = 4,
  adapter_dropout = 5,
  adapter_init = 6,
  shuffle = 7,
  crop = 8,
  validation = 9,
  estimate = 10,
  fixture = 11,
  adaptive_timestep = 12,
  generation = 13,
};

/// Names one stream of random numbers: the same on every backend, in any order of execution, after any resume.
struct RandomKey {
  uint64_t seed = 0;
  Purpose purpose = Purpose::noise;
  uint64_t step = 0;    ///< global step, epoch, or 0
  uint64_t sample = 0;  ///< sample (or module, or tensor) index, below 2^24 where step is a global step
};

/// Philox4x32-10, after Salmon et al. 2011 ("Parallel random numbers: as easy as 1, 2, 3"): counter to four words.
/// Header-only and constexpr so that host and device code share it.
constexpr std::array<uint32_t, 4> philox4x32_10(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53U} * counter[0];
    const uint64_t p1 = uint64_t{0xCD9E8D57U} * counter[2];
    counter = {static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(p1),
               static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(p0)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

/// The generator's input for one block of the stream `key`; backends other than the CPU count blocks up in counter[0].
struct RandomCounter {
  std::array<uint32_t, 4> counter;
  std::array<uint32_t, 2> key;
};
constexpr RandomCounter random_counter(const RandomKey& key, uint32_t block) {
  // 32 bits of block, 8 of purpose, 24 of sample, 64 of step. A sample index of more than 24 bits lends its upper 40 to the
  // upper 40 of the step, which are zero wherever such an index is used: all keys in use stay distinct.
  const uint64_t step = key.step ^ (key.sample & ~uint64_t{0xffffff});
  const uint32_t low_sample = static_cast<uint32_t>(key.sample) & 0xffffffU;
  return {{block, static_cast<uint32_t>(step), static_cast<uint32_t>(step >> 32),
           (static_cast<uint32_t>(key.purpose) << 24) | low_sample},
          {static_cast<uint32_t>(key.seed), static_cast<uint32_t>(key.seed >> 32)}};
}

/// Four words for elements 4*block … 4*block+3 of the stream `key`.
std::array<uint32_t, 4> random_block(const RandomKey& key, uint64_t block);
/// Uniform in (0, 1), element `element` of the stream: (word + 0.5) / 2^32 in double precision.
double uniform(const RandomKey& key, uint64_t element);
/// Standard normal by Box-Muller in double precision, rounded once; elements 2i and 2i+1 share one pair of uniforms.
float normal(const RandomKey& key, uint64_t element);
/// Elements 4*block … 4*block+3 of normal(), at the cost of one.
std::array<float, 4> normal_block(const RandomKey& key, uint64_t block);
/// True with probability p.
bool bernoulli(const RandomKey& key, uint64_t element, double p);

}  // namespace sidestep
