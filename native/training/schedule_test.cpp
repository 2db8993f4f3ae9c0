#include "training/schedule.h"

#include "training/options.h"

#include <cmath>

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

}  // namespace
}  // namespace sidestep
