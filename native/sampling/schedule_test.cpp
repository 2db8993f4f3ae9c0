#include "sampling/schedule.h"

#include <cmath>

#include "testing/test.h"

namespace sidestep {
namespace {

void expect_times(const SamplerOptions& options, const std::vector<double>& expected) {
  const std::vector<float> t = sampling_timesteps(options);
  EXPECT(t.size() == expected.size());
  for (size_t i = 0; i < t.size(); ++i) EXPECT(std::abs(static_cast<double>(t[i]) - expected[i]) < 1e-6);
}

SamplerOptions turbo(double shift, std::vector<double> timesteps = {}) {
  return {.form = SamplerForm::turbo, .steps = 8, .shift = shift, .timesteps = std::move(timesteps)};
}

// Upstream's tables as it writes them.
const std::vector<double> kShift1{1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0};
const std::vector<double> kShift2{1,
                                  0.9333333333333333,
                                  0.8571428571428571,
                                  0.7692307692307693,
                                  0.6666666666666666,
                                  0.5454545454545454,
                                  0.4,
                                  0.2222222222222222,
                                  0};
const std::vector<double> kShift3{1, 0.9545454545454546, 0.9, 0.8333333333333334, 0.75, 0.6428571428571429, 0.5, 0.3, 0};

TEST("timesteps: turbo's eight steps are upstream's tables, of the nearest shift") {
  expect_times(turbo(1), kShift1);
  expect_times(turbo(2), kShift2);
  expect_times(turbo(3), kShift3);
  expect_times(turbo(0.2), kShift1);
  expect_times(turbo(2.5), kShift2);  // as near to both: the first, as Python's min
  expect_times(turbo(9), kShift3);
}

TEST("timesteps: given ones become the nearest of turbo's twenty, zeros at the end go, the twenty-first goes") {
  expect_times(turbo(3, {1, 0.8, 0.55, 0.31}), {1, 0.7692307692307693, 0.5454545454545454, 0.3, 0});
  expect_times(turbo(3, {0.99, 0.05, 0, 0}), {1, 0.125, 0});
  expect_times(turbo(3, {0, 0}), kShift3);
  EXPECT(sampling_timesteps(turbo(3, std::vector<double>(25, 0.5))).size() == 21);
}

TEST("timesteps: base models take evenly spaced ones, warped by any shift") {
  expect_times({.steps = 4}, {1, 0.75, 0.5, 0.25, 0});
  expect_times({.steps = 1, .shift = 5}, {1, 0});
  expect_times({.steps = 3, .shift = 2.5},
               {1, 2.5 * (2.0 / 3) / (1 + 1.5 * (2.0 / 3)), 2.5 * (1.0 / 3) / (1 + 1.5 * (1.0 / 3)), 0});
  expect_times({.form = SamplerForm::turbo, .steps = 2, .shift = 2.5}, {1, 2.5 * 0.5 / (1 + 1.5 * 0.5), 0});
  const std::vector<float> many = sampling_timesteps({.steps = 1000});
  for (size_t i = 1; i < many.size(); ++i) EXPECT(many[i] < many[i - 1]);
}

}  // namespace
}  // namespace sidestep
