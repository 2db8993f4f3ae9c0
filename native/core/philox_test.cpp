#include "core/philox.h"

#include <cmath>

#include "testing/test.h"

namespace {

using namespace sidestep;

TEST("philox: known answers of Random123 (kat_vectors, philox4x32 10)") {
  struct Answer {
    std::array<uint32_t, 4> counter;
    std::array<uint32_t, 2> key;
    std::array<uint32_t, 4> words;
  };
  constexpr uint32_t kOnes = 0xffffffff;
  const Answer answers[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (const Answer& a : answers) EXPECT(philox4x32_10(a.counter, a.key) == a.words);
}

TEST("philox: every part of the key names another stream") {
  const RandomKey base{.seed = 42, .purpose = Purpose::noise, .step = 7, .sample = 3};
  RandomKey seed = base, purpose = base, step = base, sample = base, high_seed = base, high_step = base, high_sample = base;
  seed.seed += 1;
  high_seed.seed += uint64_t{1} << 40;
  purpose.purpose = Purpose::timestep;
  step.step += 1;
  high_step.step += uint64_t{1} << 40;
  sample.sample += 1;
  high_sample.sample += uint64_t{1} << 40;
  for (const RandomKey& other : {seed, high_seed, purpose, step, high_step, sample, high_sample})
    EXPECT(random_block(base, 0) != random_block(other, 0));
  EXPECT(random_block(high_sample, 0) != random_block(sample, 0));
}

TEST("philox: an element does not depend on how it is drawn") {
  const RandomKey key{.seed = 1, .purpose = Purpose::noise};
  for (uint64_t block = 0; block < 50; ++block)
    for (uint64_t i = 0; i < 4; ++i) EXPECT(normal_block(key, block)[i] == normal(key, 4 * block + i));
}

TEST("philox: a stream ends after 2^34 elements instead of repeating") {
  EXPECT_ERROR(uniform({}, uint64_t{1} << 34), "native/random-exhausted");
  EXPECT(uniform({}, (uint64_t{1} << 34) - 1) > 0);
}

TEST("philox: uniform draws have mean 1/2 and variance 1/12, and stay inside (0, 1)") {
  constexpr uint64_t kCount = 100'000;
  double sum = 0, squares = 0;
  for (uint64_t i = 0; i < kCount; ++i) {
    const double u = uniform({.seed = 5}, i);
    EXPECT(u > 0 && u < 1);
    sum += u;
    squares += u * u;
  }
  const double mean = sum / kCount, variance = squares / kCount - mean * mean;
  // Five standard errors: sqrt(1/12/n) = 9.1e-4, sqrt(1/180/n) = 2.4e-4.
  EXPECT(std::abs(mean - 0.5) < 4.6e-3);
  EXPECT(std::abs(variance - 1.0 / 12) < 1.2e-3);
}

TEST("philox: normal draws have the moments of a standard normal and neighbours are uncorrelated") {
  constexpr uint64_t kCount = 100'000;
  double sum = 0, squares = 0, fourth = 0, neighbours = 0, previous = 0;
  for (uint64_t i = 0; i < kCount; ++i) {
    const double z = static_cast<double>(normal({.seed = 6}, i));
    sum += z;
    squares += z * z;
    fourth += z * z * z * z;
    neighbours += z * previous;
    previous = z;
  }
  // Five standard errors of each: sqrt(1/n), sqrt(2/n), sqrt(96/n), sqrt(1/n).
  EXPECT(std::abs(sum / kCount) < 0.0158);
  EXPECT(std::abs(squares / kCount - 1) < 0.0224);
  EXPECT(std::abs(fourth / kCount - 3) < 0.155);
  EXPECT(std::abs(neighbours / kCount) < 0.0158);
}

TEST("philox: bernoulli is true with its probability, never at 0 and always at 1") {
  int64_t count = 0;
  for (uint64_t i = 0; i < 20'000; ++i) {
    count += bernoulli({.seed = 9}, i, 0.15) ? 1 : 0;
    EXPECT(!bernoulli({.seed = 9}, i, 0) && bernoulli({.seed = 9}, i, 1));
  }
  EXPECT(std::abs(static_cast<double>(count) / 20'000 - 0.15) < 0.0127);  // five standard errors
}

}  // namespace
