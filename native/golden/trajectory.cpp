#include "golden/trajectory.h"

#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/rel_l2.h"
#include "golden/schedule_case.h"
#include "training/timestep.h"
#include "training/update.h"

namespace sidestep::golden {
namespace {

OptimizerOptions read_optimizer(const Json& s) {
  OptimizerOptions options;
  options.type = upstream_optimizer(s.string_or("optimizer_type", "adamw"));
  options.learning_rate = s.at("lr").as_number();
  options.weight_decay = s.number_or("weight_decay", 0.01);
  // Upstream takes the untouched default for "unset".
  if (options.type == OptimizerType::prodigy && options.learning_rate == 1e-4) options.learning_rate = 1;
  return options;
}

/// Upstream's recorder did not write down how many restarts it asked for: the number that gives the recorded rates, or its
/// default, which the comparison of rates then refuses.
int64_t recorded_restarts(const Case& c, Schedule schedule) {
  const ConstTensor rates = c.file.tensor("out/lr_used");
  for (schedule.n_restarts = 1; schedule.n_restarts <= schedule.total_steps; ++schedule.n_restarts) {
    bool fits = true;
    for (int64_t i = 0; i < rates.numel(); ++i) {
      fits &= std::abs(learning_rate_at(schedule, i) - rates.data<double>()[i]) <= 1e-9 * schedule.learning_rate;
    }
    if (fits) return schedule.n_restarts;
  }
  return 4;
}

Schedule read_schedule(const Case& c, const Json& s, const OptimizerOptions& optimizer) {
  Schedule schedule = read_schedule_settings(s, optimizer.learning_rate);
  const bool told = s.contains("n_restarts") || s.contains("cosine_restarts_count");
  if (schedule.type == Schedule::Type::cosine_restarts && !told) schedule.n_restarts = recorded_restarts(c, schedule);
  return schedule_for_optimizer(schedule, optimizer.type);
}

/// Element i of a recorded list of any number type.
double recorded(const Case& c, const std::string& name, int64_t i) {
  const ConstTensor t = c.file.tensor(name);
  switch (t.dtype()) {
    case DType::f32: return static_cast<double>(t.data<float>()[i]);
    case DType::f64: return t.data<double>()[i];
    case DType::i32: return t.data<int32_t>()[i];
    case DType::i64: return static_cast<double>(t.data<int64_t>()[i]);
    case DType::u8:
    case DType::boolean: return t.data<uint8_t>()[i];
    case DType::bf16:
    case DType::f16: break;
  }
  throw Error("golden/case-invalid", name + " has a type no list of numbers has");
}

/// Draws of micro-step i, after checking that upstream's own rules give them.
Draws recorded_draws(const Case& c, const Json& settings, int64_t i, Report& report) {
  const ConstTensor noise = c.file.tensor("in/noise." + std::to_string(i));
  Draws draws{.noise = noise.reshape({1, noise.dim(0), noise.dim(1)})};
  draws.t = {static_cast<float>(recorded(c, "in/t", i))};
  draws.dropped = {static_cast<uint8_t>(recorded(c, "in/dropped", i))};
  const bool dropped = recorded(c, "in/cfg_u", i) < settings.at("cfg_ratio").as_number();
  report.add("dropped", dropped == (draws.dropped[0] != 0) ? 0 : 1, 0);
  if (!c.file.contains("in/t_normal_a")) return draws;  // t of another law, such as the eight steps
  const double largest = std::max(recorded(c, "in/t_normal_a", i), recorded(c, "in/t_normal_b", i));
  const double t = logit_normal(largest, settings.number_or("timestep_mu", -0.4), settings.number_or("timestep_sigma", 1));
  report.add("t", std::abs(t - static_cast<double>(draws.t[0])) / t, 1e-6);
  return draws;
}

struct Curves {
  std::vector<double> micro_loss, avg_loss_per_step, grad_norm_before_clip, lr_used, lr_after;
};

void compare_curve(const Case& c, const std::string& name, const std::vector<double>& values, Report& report) {
  const ConstTensor actual(values.data(), DType::f64, Shape{static_cast<int64_t>(values.size())});
  for (const std::string group : {"out/", "ref64/"}) {
    if (c.file.contains(group + name)) report.compare(group + name, actual, c.file.tensor(group + name), c.tolerance);
  }
}

/// The displacement of all parameters together: what the recorded tolerance was measured on (ten times the difference of
/// upstream's own float32 and float64 runs; single tensors differ by several times more there).
void compare_displacements(const Case& c, const AdapterSet& adapters, Report& report) {
  const Storage ours(DType::f64, {adapters.parameter_count()}), upstream(DType::f64, {adapters.parameter_count()});
  int64_t next = 0;
  for (const Parameter& p : adapters.parameters()) {
    const ConstTensor initial = c.file.tensor("init/" + p.name), expected = c.file.tensor("out/" + p.name);
    if (expected.numel() != p.value.numel()) throw Error("golden/case-invalid", p.name + " changed its size");
    const OnHost value(p.value);
    for (int64_t i = 0; i < p.value.numel(); ++i, ++next) {
      ours.tensor().data<double>()[next] = element_at(value, i) - element_at(initial, i);
      upstream.tensor().data<double>()[next] = element_at(expected, i) - element_at(initial, i);
    }
  }
  report.compare("displacement", ours.view(), upstream.view(), c.tolerance);
}

void record_update(const UpdateResult& result, double next_rate, double loss_sum, int64_t count, Curves& curves) {
  curves.grad_norm_before_clip.push_back(result.grad_norm);
  curves.lr_used.push_back(result.learning_rate);
  curves.lr_after.push_back(next_rate);
  curves.avg_loss_per_step.push_back(loss_sum / static_cast<double>(count));
}

}  // namespace

void judge_trajectory(const Case& c, const Trajectory& run, Report& report, Stream& stream) {
  const AdapterConfig adapter = read_adapter_config(run.settings, tensors_below(c.file, "init"));
  const LossOptions loss = upstream_loss(run.settings);
  std::vector<const Sample*> all;
  for (const Sample& s : run.samples) all.push_back(&s);
  PlanRequest plan = plan_of(run.config, adapter, collate(all), loss);
  plan.batch_size = 1;
  AdaptedModel adapted(run.config, run.weights, adapter, plan, stream);
  const Workspace work{adapted.arena, stream};
  set_parameters(adapted.adapters, tensors_below(c.file, "init"));
  adapted.adapters.refresh(work);
  const OptimizerOptions options = read_optimizer(run.settings);
  const auto optimizer = make_optimizer(options, adapted.adapters.parameters(), stream);
  const Schedule schedule = read_schedule(c, run.settings, options);
  const int64_t accumulation = run.settings.int_or("gradient_accumulation_steps", 1);
  Curves curves;
  double loss_sum = 0;
  int64_t in_group = 0;
  for (int64_t i = 0; i < c.file.tensor("in/t").numel(); ++i) {
    const auto index = static_cast<size_t>(recorded(c, "in/sample_index", i));
    const Batch batch = collate({&run.samples.at(index)});
    const Draws draws = recorded_draws(c, run.settings, i, report);
    const MicroResult result = run_micro_step({.model = adapted.model,
                                               .batch = batch,
                                               .draws = draws,
                                               .loss = loss,
                                               .pass = {.mode = PassContext::Mode::training},
                                               .grad_scale = 1 / static_cast<double>(accumulation)},
                                              work);
    curves.micro_loss.push_back(result.loss);
    loss_sum += result.loss;
    ++in_group;
    const auto updates = static_cast<int64_t>(curves.lr_used.size());
    if (run.update_after.at(static_cast<size_t>(updates)) != i + 1) continue;
    const UpdateResult update = apply_update({.adapters = adapted.adapters,
                                              .optimizer = *optimizer,
                                              .learning_rate = learning_rate_at(schedule, updates),
                                              .max_grad_norm = run.settings.at("max_grad_norm").as_number()},
                                             work);
    record_update(update, learning_rate_at(schedule, updates + 1), loss_sum, in_group, curves);
    loss_sum = 0;
    in_group = 0;
  }
  compare_curve(c, "micro_loss", curves.micro_loss, report);
  compare_curve(c, "avg_loss_per_step", curves.avg_loss_per_step, report);
  compare_curve(c, "grad_norm_before_clip", curves.grad_norm_before_clip, report);
  compare_curve(c, "lr_used", curves.lr_used, report);
  compare_curve(c, "lr_after", curves.lr_after, report);
  compare_displacements(c, adapted.adapters, report);
}

}  // namespace sidestep::golden
