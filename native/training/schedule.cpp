#include "training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/math.h"
#include "core/names.h"

namespace sidestep {

namespace {

using Type = Schedule::Type;
constexpr Names<Type, 6> kTypes{{{"cosine", Type::cosine},
                                 {"cosine_restarts", Type::cosine_restarts},
                                 {"linear", Type::linear},
                                 {"constant", Type::constant},
                                 {"constant_with_warmup", Type::constant_with_warmup},
                                 {"custom", Type::custom}}};

Formula::Variables formula_variables(const Schedule& schedule, int64_t step, int64_t remaining) {
  return {{"step", static_cast<double>(step)},
          {"total_steps", static_cast<double>(remaining)},
          {"progress", static_cast<double>(step) / static_cast<double>(remaining)},
          {"epoch", static_cast<double>(step) / static_cast<double>(std::max<int64_t>(1, schedule.steps_per_epoch))},
          {"total_epochs", static_cast<double>(schedule.epochs)},
          {"steps_per_epoch", static_cast<double>(schedule.steps_per_epoch)},
          {"base_lr", schedule.learning_rate}};
}

/// 1 at position 0, `floor` at position `length`, half a cosine between.
double cosine_factor(int64_t position, int64_t length, double floor) {
  const double angle = std::numbers::pi * static_cast<double>(position) / static_cast<double>(length);
  return floor + (1 - floor) * (1 + math::cos(angle)) / 2;
}

double custom_rate(const Schedule& schedule, int64_t step, int64_t remaining) {
  if (!schedule.formula) {
    throw Error("train/formula-missing", "A custom schedule needs a formula, found none",
                "Give schedule.formula, for example base_lr * (1 - progress).");
  }
  const double rate = schedule.formula->evaluate(formula_variables(schedule, step, remaining));
  return std::isfinite(rate) && rate >= 0 ? rate : schedule.learning_rate;
}

}  // namespace

int64_t Schedule::warmup() const { return std::min(warmup_steps, std::max<int64_t>(1, total_steps / 10)); }

Schedule::Type schedule_type(const std::string& name) {
  if (const Schedule::Type* type = kTypes.find(name)) return *type;
  throw Error("train/unknown-schedule", "Unknown learning-rate schedule `" + name + "`", "Known: " + kTypes.listed() + ".");
}

std::shared_ptr<const Formula> parse_schedule_formula(const std::string& text) {
  return std::make_shared<Formula>(text, formula_variables(Schedule{}, 0, 1));
}

Schedule schedule_for_optimizer(Schedule schedule, OptimizerType optimizer) {
  if (finds_rate(optimizer) && schedule.type != Schedule::Type::custom) {
    schedule.type = Schedule::Type::constant_with_warmup;
  }
  return schedule;
}

double learning_rate_at(const Schedule& schedule, int64_t step) {
  const int64_t warmup = schedule.warmup();
  if (step < warmup) {
    const double share = static_cast<double>(step) / static_cast<double>(warmup);
    return schedule.learning_rate * (schedule.warmup_start_factor + (1 - schedule.warmup_start_factor) * share);
  }
  const int64_t position = step - warmup;
  const int64_t remaining = std::max<int64_t>(1, schedule.total_steps - warmup);
  switch (schedule.type) {
    case Schedule::Type::cosine: return schedule.learning_rate * cosine_factor(position, remaining, schedule.floor_factor);
    case Schedule::Type::cosine_restarts: {
      const int64_t cycle = std::max<int64_t>(1, remaining / std::max<int64_t>(1, schedule.n_restarts));
      return schedule.learning_rate * cosine_factor(position % cycle, cycle, schedule.floor_factor);
    }
    case Schedule::Type::linear: {
      const double share = static_cast<double>(std::min(position, remaining)) / static_cast<double>(remaining);
      return schedule.learning_rate * (1 + (schedule.floor_factor - 1) * share);
    }
    case Schedule::Type::constant:
    case Schedule::Type::constant_with_warmup: return schedule.learning_rate;
    case Schedule::Type::custom: return custom_rate(schedule, position, remaining);
  }
  throw Error("train/unknown-schedule", "Unknown learning-rate schedule");
}

}  // namespace sidestep
