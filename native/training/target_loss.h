#pragma once
#include <optional>

#include "training/options.h"

namespace sidestep {

/// Eases the learning rate as the smoothed loss nears its target (upstream's cruise control): above the target the factor
/// falls from 1 to the floor by smoothstep over the last 30 %, below it by floor * exp(-10 * overshoot).
class TargetLoss {
 public:
  /// `scheduler_warmup`: it never acts while the schedule still warms up.
  TargetLoss(const TargetLossOptions& options, int64_t scheduler_warmup);

  double scale() const { return scale_; }                       ///< for the next update
  std::optional<double> smoothed() const { return smoothed_; }  ///< of the losses so far; unset before the first that counts
  void update(double loss, int64_t global_step);

  struct State {
    double scale, smoothed, started;
  };
  State state() const { return {scale_, smoothed_.value_or(0), smoothed_ ? 1.0 : 0.0}; }
  void set_state(const State& state);

 private:
  TargetLossOptions options_;
  double scale_ = 1;
  std::optional<double> smoothed_;
};

}  // namespace sidestep
