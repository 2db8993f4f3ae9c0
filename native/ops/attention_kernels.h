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
  return sum_in_lanes(n, [&](Vec& total, int64_t i, int64_t) {
    const Vec p = exp(load(row + i) - shift);
    store(row + i, p);
    total += p;
  });
}

inline void scale_row(float* row, int64_t n, float factor) {
  for (int64_t i = 0; i < n; i += kLanes) store(row + i, load(row + i) * factor);
}

/// Rows first … first+count-1, at most kLanes: what there is one of for each row is computed for all of them at once.
inline void softmax_of_rows(const cpu::SoftmaxRows& s, int64_t first, int64_t count) {
  float found[kLanes], shifts[kLanes], keeps[kLanes];
  store(found, splat(-3.4e38F));
  for (int64_t r = 0; r < count; ++r) found[r] = largest_of_row(s.scores + (first + r) * s.ld, s.columns);
  const Vec before = load_up_to(s.peak + first, count), peak = larger(load(found), before);
  const Vec shift = peak > -3e38F ? peak : Vec{};  // no key allowed so far: all weights are exp(-inf) = 0
  const VecInt moved = (peak > before) & (before > -3e38F);
  store(shifts, shift);
  store(keeps, exp(before - shift));
  store_up_to(s.peak + first, peak, count);
  for (int64_t r = 0; r < count; ++r) {
    float& total = s.total[first + r];
    if (moved[r] != 0) {
      total *= keeps[r];
      scale_row(s.out + (first + r) * s.out_ld, s.out_columns, keeps[r]);
    }
    total += exponentials_of_row(s.scores + (first + r) * s.ld, s.columns, shifts[r]);
  }
}

void softmax_rows_kernel(const cpu::SoftmaxRows& s) {
  for (int64_t r = 0; r < s.rows; r += kLanes) softmax_of_rows(s, r, s.rows - r < kLanes ? s.rows - r : kLanes);
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
