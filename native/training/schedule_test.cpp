#include "training/schedule.h"

#include "training/options.h"
#include "training/run_schedule.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "testing/test.h"

namespace sidestep {
namespace {

double evaluate(const std::string& text) { return Formula(text, {{"progress", 0}}).evaluate({{"progress", 0.25}}); }

TEST("formula: Python's precedence, associativity and division") {
  struct Row {
    const char* text;
    double value;
  };
  constexpr Row rows[] = {{"1 + 2 * 3", 7},
                          {"-2 ** 2", -4},
                          {"2 ** 3 ** 2", 512},
                          {"2 ** -1", 0.5},
                          {"7 // 2", 3},
                          {"-7 // 2", -4},
                          {"-7 % 3", 2},
                          {"1 if progress < 0.3 else 2", 1},
                          {"1 if progress > 0.3 else 2 if progress > 0.2 else 3", 2},
                          {"not progress or 5", 5},
                          {"1 if 0.2 < progress <= 0.25 < 1 else 2", 1},
                          {"1 if 0.2 < progress < 0.1 else 2", 2},
                          {"True + (progress == False)", 1},
                          {"max(1, 2, min(9, 4))", 4},
                          {"clamp(7, 0, 1)", 1},
                          {"1.5e-3", 1.5e-3},
                          {"cos(pi * 0) + log(e)", 2}};
  for (const Row& row : rows) {
    if (std::abs(evaluate(row.text) - row.value) > 1e-15) {
      testing::fail(__FILE__, __LINE__, std::string(row.text) + " = " + std::to_string(evaluate(row.text)));
    }
  }
}

TEST("formula: what is not an expression is refused, and nothing is executed") {
  for (const char* text : {"", "1 +", "import os", "__import__('os')", "step", "cos()", "cos(1, 2)", "(1", "1)", "1..2"}) {
    EXPECT_ERROR(Formula(text, {{"progress", 0}}), "train/formula-invalid");
  }
  EXPECT_ERROR(Formula(std::string(100000, '('), {}), "train/formula-invalid");
  EXPECT_ERROR(Formula(std::string(100000, '-') + "1", {}), "train/formula-invalid");
}

TEST("schedule: the warm-up is at most a tenth of the run and reaches the peak") {
  Schedule schedule{.learning_rate = 1, .total_steps = 40, .warmup_steps = 100};
  EXPECT(schedule.warmup() == 4);
  EXPECT(learning_rate_at(schedule, 0) == 0.1);
  EXPECT(learning_rate_at(schedule, 4) == 1);
  EXPECT(std::abs(learning_rate_at(schedule, 40) - 0.01) < 1e-15);
}

TEST("schedule: a formula without a sensible value falls back to the peak") {
  Schedule schedule{.type = Schedule::Type::custom, .learning_rate = 0.5, .total_steps = 10, .warmup_steps = 0};
  for (const char* text : {"-1", "log(-1)", "1 / 0"}) {
    schedule.formula = parse_schedule_formula(text);
    EXPECT(learning_rate_at(schedule, 3) == 0.5);
  }
  EXPECT_ERROR(schedule_type("polynomial"), "train/unknown-schedule");
}

TEST("schedule: what a file leaves out is the schema's default, of a constant schedule too") {
  const Json given = Json::parse(R"({"schedule": {"type": "constant"}, "optimizer": {"type": "prodigy"}})");
  const TrainOptions options = train_options_from_json(given, DitConfig{});
  EXPECT(options.schedule.warmup_steps == defaults::train::schedule::constant::warmup_steps);
  EXPECT(options.optimizer.learning_rate == defaults::train::optimizer::prodigy::learning_rate);
}

struct ScheduleCase {
  Schedule::Type type;
  int64_t warmup_steps;
  const char* formula = "";
  bool by_chance = false;  ///< a length that is looked at may give the same rates all the same
};

Schedule made(const ScheduleCase& c, int64_t total_steps, int64_t epochs) {
  Schedule schedule{.type = c.type,
                    .learning_rate = 1e-3,
                    .total_steps = total_steps,
                    .warmup_steps = c.warmup_steps,
                    .steps_per_epoch = 5,
                    .epochs = epochs};
  if (c.type == Schedule::Type::custom) schedule.formula = parse_schedule_formula(c.formula);
  return schedule;
}

constexpr int64_t kLongest = 60, kEpochs = 12;

std::vector<double> rates_of(const Schedule& schedule) {
  std::vector<double> rates;
  for (int64_t step = 0; step < kLongest; ++step) rates.push_back(learning_rate_at(schedule, step));
  return rates;
}

/// A run that stands at some step, beside one of another length of which so many first rates are the same.
void expect_named(const ScheduleCase& c, const Schedule& schedule, const Schedule& other, int64_t agreed) {
  for (int64_t steps = 1; steps <= schedule.total_steps; ++steps) {
    const RunLengths lengths = lengths_with_same_rates(schedule, steps);
    const bool named = other.total_steps >= lengths.least_steps && other.total_steps <= lengths.most_steps.value_or(kLongest) &&
                       (lengths.any_epochs || other.epochs == schedule.epochs);
    // The first update of all, and the first after a warm-up, have the same rates in many lengths.
    const bool must_be_named = !c.by_chance && steps > 1 && steps != schedule.warmup() + 1;
    const bool same = steps <= agreed;
    if (named ? same : !(same && must_be_named)) continue;
    testing::fail(__FILE__, __LINE__,
                  "type " + std::to_string(static_cast<int>(c.type)) + " " + c.formula + ", step " + std::to_string(steps) +
                      " of " + std::to_string(schedule.total_steps) + ": " + std::to_string(other.total_steps) + " steps in " +
                      std::to_string(other.epochs) + " epochs are " + (named ? "" : "not ") + "named");
    return;
  }
}

/// Every length up to 60 beside every other, with the same epochs and with others.
void expect_lengths(const ScheduleCase& c) {
  std::vector<std::pair<Schedule, std::vector<double>>> runs;
  for (int64_t total = 1; total <= kLongest; ++total) {
    for (const int64_t epochs : {kEpochs, kEpochs + 1}) {
      const Schedule schedule = made(c, total, epochs);
      runs.emplace_back(schedule, rates_of(schedule));
    }
  }
  for (const auto& [schedule, rates] : runs) {
    if (schedule.epochs != kEpochs) continue;
    for (const auto& [other, others] : runs) {
      const auto differ = std::mismatch(rates.begin(), rates.end(), others.begin()).first;
      expect_named(c, schedule, other, differ - rates.begin());
    }
  }
}

TEST("schedule: the lengths that a run may go on as are those whose rates so far are the same") {
  using Type = Schedule::Type;
  for (const int64_t warmup : {0, 1, 3, 100}) {
    for (const Type type : {Type::constant, Type::constant_with_warmup, Type::cosine, Type::linear})
      expect_lengths({type, warmup});
    expect_lengths({Type::cosine_restarts, warmup, "", true});
    for (const char* formula : {"base_lr / (1 + step)", "base_lr * (1 - progress)", "base_lr / (total_steps + 0.3)",
                                "base_lr / total_epochs", "base_lr / (1 + epoch) + 0 * steps_per_epoch"}) {
      expect_lengths({Type::custom, warmup, formula});
    }
    expect_lengths({Type::custom, warmup, "base_lr if progress < 0.5 else base_lr / 10", true});
  }
}

}  // namespace
}  // namespace sidestep
