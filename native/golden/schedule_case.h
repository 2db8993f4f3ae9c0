#pragma once
#include "core/json.h"
#include "training/schedule.h"

namespace sidestep::golden {

/// An optimizer by upstream's name for it; what upstream does not know is AdamW there.
OptimizerType upstream_optimizer(const std::string& name);

/// The schedule that recorded settings name, by the words of upstream's build_scheduler and of the recorded cases
/// (`warmup_steps_requested` in training runs). What is absent has upstream's default; n_restarts is then 4.
Schedule read_schedule_settings(const Json& settings, double learning_rate);

}  // namespace sidestep::golden
