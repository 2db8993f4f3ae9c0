#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "core/option_defaults.generated.h"
#include "training/formula.h"
#include "training/optimizer.h"

namespace sidestep {

/// The learning rate as a pure function of the global step: nothing to save, nothing that can drift after a resume.
/// Shapes follow upstream's build_scheduler (torch's LinearLR, then one of CosineAnnealingLR, CosineAnnealingWarmRestarts,
/// LinearLR, ConstantLR, LambdaLR).
struct Schedule {
  enum class Type : uint8_t { cosine, cosine_restarts, linear, constant, constant_with_warmup, custom };

  Type type = Type::cosine;
  double learning_rate = defaults::train::optimizer::adamw::learning_rate;  ///< the peak
  int64_t total_steps = 1;                                                  ///< optimizer updates of the whole run
  int64_t warmup_steps = defaults::train::schedule::cosine::warmup_steps;   ///< as asked for; `warmup()` says what is done
  double warmup_start_factor = defaults::train::schedule::cosine::warmup_start_factor;  ///< share of the peak at step 0
  double floor_factor =
      defaults::train::schedule::cosine::floor_factor;  ///< share of the peak left at the end (cosine, cosine_restarts, linear)
  int64_t n_restarts = defaults::train::schedule::cosine_restarts::n_restarts;
  std::shared_ptr<const Formula> formula{};  ///< custom only
  int64_t steps_per_epoch = 1;
  int64_t epochs = 1;

  /// Warm-up never takes more than a tenth of the run (but at least one step): upstream's rule.
  int64_t warmup() const;
};

/// Names as in the YAML. Throws train/unknown-schedule.
Schedule::Type schedule_type(const std::string& name);

/// Parses a formula over step, total_steps, progress, epoch, total_epochs, steps_per_epoch and base_lr, all counted
/// after the warm-up. Throws train/formula-invalid.
std::shared_ptr<const Formula> parse_schedule_formula(const std::string& text);

/// Prodigy finds its own rate: with it every schedule but a custom one is constant after the warm-up, as upstream.
Schedule schedule_for_optimizer(Schedule schedule, OptimizerType optimizer);

/// The rate of update `step` (the first is 0). Steps past total_steps are allowed: a cosine rises again, a line stays,
/// as in torch. A formula that gives a negative or non-finite number gives the peak, as upstream.
double learning_rate_at(const Schedule& schedule, int64_t step);

}  // namespace sidestep
