#include "sampling/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sidestep {

namespace {

constexpr int64_t kTurboSteps = 8, kMostTurboSteps = 20;
constexpr std::array<double, 3> kTurboShifts{1, 2, 3};

/// torch.linspace(1, 0, steps + 1): counted from both ends.
std::vector<float> falling(int64_t steps) {
  std::vector<float> t;
  const float step = -1.0F / static_cast<float>(steps);
  for (int64_t i = 0; i <= steps; ++i) {
    t.push_back(i < (steps + 1) / 2 ? 1.0F + step * static_cast<float>(i) : -step * static_cast<float>(steps - i));
  }
  return t;
}

std::vector<float> base_timesteps(const SamplerOptions& o) {
  std::vector<float> t = falling(o.steps);
  if (o.shift == 1) return t;
  const auto shift = static_cast<float>(o.shift), above_one = static_cast<float>(o.shift - 1);
  for (float& value : t) value = shift * value / (1.0F + above_one * value);
  return t;
}

double warped(double t, double shift) { return shift * t / (1 + (shift - 1) * t); }

std::vector<double> warped_steps(int64_t steps, double shift) {
  std::vector<double> t;
  for (int64_t i = 0; i < steps; ++i) t.push_back(warped(1 - static_cast<double>(i) / static_cast<double>(steps), shift));
  return t;
}

/// The first of two that are as near.
template <typename Values>
double nearest(const Values& values, double to) {
  return *std::min_element(values.begin(), values.end(), [&](double a, double b) { return std::abs(a - to) < std::abs(b - to); });
}

/// The 20 values of the three tables, from 1 down.
std::vector<double> turbo_values() {
  std::vector<double> all;
  for (const double shift : kTurboShifts) {
    for (const double t : warped_steps(kTurboSteps, shift)) {
      const bool known = std::any_of(all.begin(), all.end(), [&](double other) { return std::abs(other - t) < 1e-9; });
      if (!known) all.push_back(t);
    }
  }
  std::sort(all.rbegin(), all.rend());
  return all;
}

std::vector<double> mapped(std::vector<double> given) {
  while (!given.empty() && given.back() == 0) given.pop_back();
  if (static_cast<int64_t>(given.size()) > kMostTurboSteps) given.resize(kMostTurboSteps);
  const std::vector<double> values = turbo_values();
  for (double& t : given) t = nearest(values, t);
  return given;
}

std::vector<float> turbo_timesteps(const SamplerOptions& o) {
  std::vector<double> t = mapped(o.timesteps);
  if (t.empty()) {
    t = o.steps == kTurboSteps ? warped_steps(kTurboSteps, nearest(kTurboShifts, o.shift))
                               : warped_steps(std::min(o.steps, kMostTurboSteps), o.shift);
  }
  t.push_back(0);
  return {t.begin(), t.end()};
}

}  // namespace

std::vector<float> sampling_timesteps(const SamplerOptions& options) {
  switch (options.form) {
    case SamplerForm::base: return base_timesteps(options);
    case SamplerForm::turbo: return turbo_timesteps(options);
  }
  return {};
}

}  // namespace sidestep
