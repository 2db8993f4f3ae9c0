#pragma once
// The softmax of attention on one tile of scores; see vector.h for how this file is compiled. About 14 operations an
// element, beside 4 * head_dim FLOPs in the products around it.
#include "ops/kernels.h"
#include "ops/vector.h"

namespace sidestep {
namespace {

inline float largest_of_row(const float* row, int64_t n) {
  Vec best = load(row);
  for (int64_t i = kLanes; i < n; i += kLanes) best = larger(best, load(row + i));
  return largest(best);
}

/// row = exp(row - shift); returns the sum.
inline float exponentials_of_row(float* row, int64_t n, float shift) {
  Vec total{};
  for (int64_t i = 0; i < n; i += kLanes) {
    const Vec p = exp(load(row + i) - shift);
    store(row + i, p);
    total += p;
  }
  return sum(total);
}

inline void scale_row(float* row, int64_t n, float factor) {
  for (int64_t i = 0; i < n; i += kLanes) store(row + i, load(row + i) * factor);
}

void softmax_rows_kernel(const cpu::SoftmaxRows& s) {
  for (int64_t r = 0; r < s.rows; ++r) {
    float* row = s.scores + r * s.ld;
    const float before = s.peak[r], found = largest_of_row(row, s.columns);
    const float peak = found > before ? found : before;
    const float shift = peak > -3e38F ? peak : 0.F;  // no key allowed so far: all weights are exp(-inf) = 0
    if (peak > before && before > -3e38F) {
      const Vec keep = exp(splat(before - shift));
      s.total[r] *= keep[0];
      scale_row(s.out + r * s.out_ld, s.out_columns, keep[0]);
    }
    s.peak[r] = peak;
    s.total[r] += exponentials_of_row(row, s.columns, shift);
  }
}

void softmax_backward_rows_kernel(const cpu::SoftmaxBackwardRows& s) {
  for (int64_t r = 0; r < s.rows; ++r) {
    float *p = s.scores + r * s.ld, *ds = s.dweights + r * s.ld;
    for (int64_t i = 0; i < s.columns; i += kLanes) {
      const Vec weight = exp(load(p + i) - load(s.lse + i));
      store(p + i, weight);
      store(ds + i, weight * (load(ds + i) - load(s.delta + i)));
    }
  }
}

}  // namespace
}  // namespace sidestep
