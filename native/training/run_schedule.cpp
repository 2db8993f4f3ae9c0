#include "training/run_schedule.h"

#include <cctype>
#include <limits>
#include <string_view>

namespace sidestep {

namespace {

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Names are the only words of a formula, so a text that was parsed mentions what it holds as a whole word.
bool mentions(const std::string& formula, std::string_view name) {
  for (size_t at = formula.find(name); at != std::string::npos; at = formula.find(name, at + 1)) {
    const size_t end = at + name.size();
    if ((at == 0 || !in_word(formula[at - 1])) && (end == formula.size() || !in_word(formula[end]))) return true;
  }
  return false;
}

/// Whether the rates after the warm-up depend on how many steps there are.
bool looks_at_length(const Schedule& schedule) {
  switch (schedule.type) {
    case Schedule::Type::constant:
    case Schedule::Type::constant_with_warmup: return false;
    case Schedule::Type::cosine:
    case Schedule::Type::cosine_restarts:
    case Schedule::Type::linear: return true;
    case Schedule::Type::custom:
      return mentions(schedule.formula->text(), "total_steps") || mentions(schedule.formula->text(), "progress");
  }
  return true;
}

/// Schedule::warmup is no smaller in a longer run, and an end of its interval of lengths is at one step, or where a tenth of them
/// is another number.
RunLengths lengths_with_same_warmup(const Schedule& schedule) {
  const int64_t warmup = schedule.warmup();
  const auto has_it = [&](int64_t total_steps) {
    Schedule other = schedule;
    other.total_steps = total_steps;
    return other.warmup() == warmup;
  };
  const int64_t tenths = warmup * 10;
  RunLengths lengths{.least_steps = has_it(1) ? 1 : tenths};
  if (!has_it(std::numeric_limits<int64_t>::max())) lengths.most_steps = tenths + 9;
  return lengths;
}

}  // namespace

Schedule schedule_of(const TrainOptions& options, int64_t total_steps, int64_t steps_per_epoch) {
  Schedule s{.type = options.schedule.type,
             .learning_rate = options.optimizer.learning_rate,
             .total_steps = total_steps,
             .warmup_steps = options.schedule.warmup_steps,
             .warmup_start_factor = options.schedule.warmup_start_factor,
             .floor_factor = options.schedule.floor_factor,
             .n_restarts = options.schedule.n_restarts,
             .steps_per_epoch = steps_per_epoch,
             .epochs = options.epochs};
  if (s.type == Schedule::Type::custom) s.formula = parse_schedule_formula(options.schedule.formula);
  return schedule_for_optimizer(s, options.optimizer.type);
}

RunLengths lengths_with_same_rates(const Schedule& schedule, int64_t steps) {
  if (steps <= 0) return {};
  RunLengths lengths = lengths_with_same_warmup(schedule);
  if (steps <= schedule.warmup()) return lengths;
  if (looks_at_length(schedule)) lengths.least_steps = schedule.total_steps, lengths.most_steps = schedule.total_steps;
  lengths.any_epochs = schedule.type != Schedule::Type::custom || !mentions(schedule.formula->text(), "total_epochs");
  return lengths;
}

}  // namespace sidestep
