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

// Vectors whose exponentials are computed together: as many as there are registers for beside the polynomial's numbers.
constexpr int kTogether = kLanes == 16 ? 4 : kParts;

/// row = exp(row - shift) of `count` vectors; total[part] takes those of its lanes, in their order.
template <int count>
[[gnu::always_inline]] inline void exponentials_at(float* row, float shift, Vec (&total)[kParts]) {
  Vec p[count];
  for_each_of<count>([&](auto i) { p[i] = load(row + i * kLanes) - shift; });
  exponentials<Arguments::below_89>(p);
  for_each_of<count>([&](auto i) {
    store(row + i * kLanes, p[i]);
    total[i % kParts] += p[i];
  });
}

/// row = exp(row - shift); returns the sum.
inline float exponentials_of_row(float* row, int64_t n, float shift) {
  Vec total[kParts]{};
  int64_t i = 0;
  for (; i + kTogether * kLanes <= n; i += kTogether * kLanes) exponentials_at<kTogether>(row + i, shift, total);
  for (; i < n; i += 16) exponentials_at<kParts>(row + i, shift, total);
  return sum(total);
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

/// P and dS of `count` vectors of one row.
template <int count>
[[gnu::always_inline]] inline void weights_and_gradients_at(float* p, float* ds, float lse, float delta) {
  Vec weight[count];
  for_each_of<count>([&](auto i) { weight[i] = load(p + i * kLanes) - lse; });
  exponentials<Arguments::below_89>(weight);
  for_each_of<count>([&](auto i) {
    store(p + i * kLanes, weight[i]);
    store(ds + i * kLanes, weight[i] * (load(ds + i * kLanes) - delta));
  });
}

void softmax_backward_rows_kernel(const cpu::SoftmaxBackwardRows& s) {
  const int64_t columns = s.columns;
  for (int64_t r = 0; r < s.rows; ++r) {
    float *p = s.scores + r * s.ld, *ds = s.dweights + r * s.ld;
    const float lse = s.lse[r], delta = s.delta[r];
    int64_t i = 0;
    for (; i + kTogether * kLanes <= columns; i += kTogether * kLanes)
      weights_and_gradients_at<kTogether>(p + i, ds + i, lse, delta);
    for (; i < columns; i += 16) weights_and_gradients_at<kParts>(p + i, ds + i, lse, delta);
  }
}

}  // namespace
}  // namespace sidestep
