#include "golden/schedule_case.h"

#include <algorithm>
#include <cctype>

#include "core/error.h"

namespace sidestep::golden {

namespace {

/// An epoch count, or the number of micro-steps of each epoch.
int64_t read_epochs(const Json& settings) {
  const Json& epochs = settings.get("epochs");
  const auto fallback = epochs.is_array() ? static_cast<int64_t>(epochs.as_array().size()) : settings.int_or("epochs", 10);
  return settings.int_or("total_epochs", fallback);
}

std::string read_formula(const Json& settings) {
  return settings.contains("scheduler_formula") ? settings.at("scheduler_formula").as_string()
                                                : settings.at("formula").as_string();
}

/// Upstream ignores case and blanks around a name, and takes names it does not know for its default.
template <typename T>
T upstream_named(std::string name, T (*known)(const std::string&), T fallback) {
  const auto is_blank = [](unsigned char c) { return std::isspace(c) != 0; };
  name.erase(std::find_if_not(name.rbegin(), name.rend(), is_blank).base(), name.end());
  name.erase(name.begin(), std::find_if_not(name.begin(), name.end(), is_blank));
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  try {
    return known(name);
  } catch (const Error&) {
    return fallback;
  }
}

}  // namespace

OptimizerType upstream_optimizer(const std::string& name) { return upstream_named(name, &optimizer_type, OptimizerType::adamw); }

Schedule read_schedule_settings(const Json& settings, double learning_rate) {
  Schedule schedule;
  schedule.type = upstream_named(settings.at("scheduler_type").as_string(), &schedule_type, Schedule::Type::cosine);
  schedule.learning_rate = learning_rate;
  schedule.total_steps = settings.at("total_steps").as_int();
  schedule.warmup_steps = settings.int_or("warmup_steps_requested", settings.int_or("warmup_steps", 0));
  schedule.n_restarts = settings.int_or("n_restarts", settings.int_or("cosine_restarts_count", 4));
  schedule.steps_per_epoch = settings.int_or("steps_per_epoch", 100);
  schedule.epochs = read_epochs(settings);
  schedule.warmup_start_factor = settings.number_or("warmup_start_factor", 0.1);
  // Upstream's line does not hear of the cosine's floor.
  const bool line = schedule.type == Schedule::Type::linear;
  schedule.floor_factor = line ? 0.01 : settings.number_or("cosine_eta_min_ratio", 0.01);
  if (schedule.type == Schedule::Type::custom) schedule.formula = parse_schedule_formula(read_formula(settings));
  return schedule;
}

}  // namespace sidestep::golden
