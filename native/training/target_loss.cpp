#include "training/target_loss.h"

#include <algorithm>
#include <cmath>

#include "core/math.h"

namespace sidestep {

namespace {
constexpr double kMargin = 0.3;  // share of the target over which the rate eases
constexpr double kOvershootRate = 10;
}  // namespace

TargetLoss::TargetLoss(const TargetLossOptions& options, int64_t scheduler_warmup) : options_(options) {
  options_.warmup_steps = std::max(options_.warmup_steps, scheduler_warmup);
}

void TargetLoss::update(double loss, int64_t global_step) {
  if (options_.loss <= 0 || global_step < options_.warmup_steps || !std::isfinite(loss)) return;
  const double beta = options_.smoothing, target = options_.loss;
  smoothed_ = smoothed_ ? beta * *smoothed_ + (1 - beta) * loss : loss;
  if (*smoothed_ > target) {
    const double x = std::clamp((*smoothed_ - target) / (target * kMargin), 0.0, 1.0);
    scale_ = options_.floor + x * x * (3 - 2 * x) * (1 - options_.floor);
  } else {
    scale_ = options_.floor * math::exp(-kOvershootRate * (target - *smoothed_) / target);
  }
  // The smoothed loss lags: a raw loss below the target already counts.
  if (loss < target) scale_ = std::min(scale_, options_.floor);
}

void TargetLoss::set_state(const State& state) {
  scale_ = state.scale;
  smoothed_ = state.started != 0 ? std::optional(state.smoothed) : std::nullopt;
}

}  // namespace sidestep
