#include "training/schedule.h"

#include "core/error.h"
#include "golden/golden.h"

namespace sidestep::golden {
namespace {

Schedule read_curve(const Json& curve, double base_lr) {
  Schedule schedule;
  schedule.type = schedule_type(curve.at("scheduler_type").as_string());
  schedule.learning_rate = base_lr;
  schedule.total_steps = curve.at("total_steps").as_int();
  schedule.warmup_steps = curve.at("warmup_steps").as_int();
  schedule.n_restarts = curve.int_or("n_restarts", 4);
  schedule.steps_per_epoch = curve.int_or("steps_per_epoch", 100);
  schedule.epochs = curve.int_or("total_epochs", 10);
  const bool custom = schedule.type == Schedule::Type::custom;
  // Upstream's formula schedule does not hear of the start factor, and its line does not hear of the cosine's floor.
  schedule.warmup_start_factor = custom ? 0.1 : curve.number_or("warmup_start_factor", 0.1);
  const bool line = schedule.type == Schedule::Type::linear;
  schedule.floor_factor = line ? 0.01 : curve.number_or("cosine_eta_min_ratio", 0.01);
  if (custom) schedule.formula = parse_schedule_formula(curve.at("formula").as_string());
  const std::string optimizer = curve.string_or("optimizer_type", "adamw");
  return schedule_for_optimizer(schedule, optimizer_type(optimizer));
}

void judge(const Case& c, Report& report, Stream&) {
  const double base_lr = c.config.at("base_lr").as_number();
  const Json& errors = c.config.get("errors");
  for (const auto& [name, curve] : c.config.at("curves").as_object()) {
    if (errors.contains(name)) continue;  // upstream raised: there is no curve to compare with
    const ConstTensor expected = c.file.tensor("out/" + name);
    const Schedule schedule = read_curve(curve, base_lr);
    const Storage actual(DType::f64, expected.shape());
    for (int64_t i = 0; i < expected.numel(); ++i) {
      actual.tensor().data<double>()[i] = learning_rate_at(schedule, i);
    }
    report.compare(name, actual.view(), expected, c.tolerance);
  }
}

const Kind kind{"lr_schedule", judge};

}  // namespace
}  // namespace sidestep::golden
