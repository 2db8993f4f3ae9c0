#include "training/schedule.h"

#include "core/error.h"
#include "golden/golden.h"
#include "golden/schedule_case.h"

namespace sidestep::golden {
namespace {

void judge_lr_schedule(const Case& c, Report& report, Stream&) {
  const double base_lr = c.config.at("base_lr").as_number();
  const Json& errors = c.config.get("errors");
  for (const auto& [name, curve] : c.config.at("curves").as_object()) {
    if (errors.contains(name)) continue;  // upstream raised: there is no curve to compare with
    const ConstTensor expected = c.file.tensor("out/" + name);
    const OptimizerType optimizer = upstream_optimizer(curve.string_or("optimizer_type", "adamw"));
    const Schedule schedule = schedule_for_optimizer(read_schedule_settings(curve, base_lr), optimizer);
    const Storage actual(DType::f64, expected.shape());
    for (int64_t i = 0; i < expected.numel(); ++i) {
      actual.tensor().data<double>()[i] = learning_rate_at(schedule, i);
    }
    report.compare(name, actual.view(), expected, c.tolerance);
  }
}

const Kind lr_schedule_kind{"lr_schedule", judge_lr_schedule};

}  // namespace
}  // namespace sidestep::golden
