#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/math.h"
#include "ops/elementwise.h"
#include "ops/prodigy.h"
#include "ops/transfer.h"
#include "training/optimizer_rule.h"
#include "training/optimizer_state.h"

namespace sidestep {

namespace {

class ProdigyOptimizer final : public Optimizer {
 public:
  ProdigyOptimizer(const OptimizerOptions& options, const std::vector<Parameter>& parameters, Stream& stream)
      : options_(options), parameters_(parameters), d_(options.prodigy.d0), d_max_(options.prodigy.d0) {
    for (size_t i = 0; i < parameters_.size(); ++i) {
      copy({parameters_[i].value, params0_.storages[i].tensor()}, stream);
    }
  }

  void step(double learning_rate, const Gate& /*gate*/, Stream& stream) override {
    const double beta3 = options_.prodigy.beta3 > 0 ? options_.prodigy.beta3 : std::sqrt(options_.prodigy.beta2);
    const double dlr = d_ * learning_rate * bias_correction();
    double numerator = numerator_ * beta3, denominator = 0;
    if (learning_rate > 0) {
      const auto [dot, magnitude] = update_moments(beta3, dlr, stream);
      numerator += d_ / options_.prodigy.d0 * dlr * dot;
      denominator = magnitude;
    }
    if (denominator == 0) return;  // no gradient at all, or a rate of 0: nothing moves and nothing is counted
    numerator_ = numerator;
    estimate_distance(numerator, denominator);
    prodigy_update({.params = values_of(parameters_),
                    .exp_avg = exp_avg_.views(),
                    .exp_avg_sq = exp_avg_sq_.views(),
                    .d = d_,
                    .dlr = dlr,
                    .eps = options_.prodigy.eps,
                    .weight_decay = options_.weight_decay},
                   stream);
    ++step_;
  }

  bool waits() const override { return true; }

  std::vector<NamedState> state() const override {
    std::vector<NamedState> out;
    for (const StateList* list : {&exp_avg_, &exp_avg_sq_, &s_, &params0_}) append_state(out, *list, parameters_);
    return out;
  }
  std::vector<double> scalars() const override { return {static_cast<double>(step_), d_, d_max_, numerator_}; }
  void set_scalars(const std::vector<double>& values) override {
    expect_scalars(values, 4);
    step_ = static_cast<int64_t>(values[0]);
    d_ = values[1];
    d_max_ = values[2];
    numerator_ = values[3];
  }

 private:
  struct Sums {
    double dot, magnitude;
  };

  double bias_correction() const {
    if (!options_.prodigy.use_bias_correction) return 1;
    const auto next = static_cast<double>(step_ + 1);
    return std::sqrt(1 - math::pow(options_.prodigy.beta2, next)) / (1 - math::pow(options_.prodigy.beta1, next));
  }

  Sums update_moments(double beta3, double dlr, Stream& stream) {
    const auto count = static_cast<int64_t>(parameters_.size());
    const Storage numerator(DType::f64, {count}, stream.device()), denominator(DType::f64, {count}, stream.device());
    const std::vector<Tensor> values = values_of(parameters_);
    prodigy_moments({.params = {values.begin(), values.end()},
                     .params0 = params0_.views(),
                     .grads = gradients_of(parameters_),
                     .exp_avg = exp_avg_.tensors(),
                     .exp_avg_sq = exp_avg_sq_.tensors(),
                     .s = s_.tensors(),
                     .numerator = numerator.tensor(),
                     .denominator = denominator.tensor(),
                     .d = d_,
                     .beta1 = options_.prodigy.beta1,
                     .beta2 = options_.prodigy.beta2,
                     .beta3 = beta3,
                     .s_gain = d_ / options_.prodigy.d0 * (options_.prodigy.safeguard_warmup ? d_ : dlr)},
                    stream);
    return {sum(numerator, stream), sum(denominator, stream)};
  }

  static double sum(const Storage& device_values, Stream& stream) {
    const Storage host = to_host(device_values.view(), stream);
    const auto* values = host.view().data<double>();
    return std::accumulate(values, values + host.view().numel(), 0.0);
  }

  void estimate_distance(double numerator, double denominator) {
    const double d_hat = options_.prodigy.d_coef * numerator / denominator;
    if (d_ == options_.prodigy.d0) d_ = std::max(d_, d_hat);
    d_max_ = std::max(d_max_, d_hat);
    d_ = std::min(d_max_, d_ * options_.prodigy.growth_rate);
  }

  OptimizerOptions options_;
  std::vector<Parameter> parameters_;
  StateList exp_avg_{"exp_avg", parameters_}, exp_avg_sq_{"exp_avg_sq", parameters_}, s_{"s", parameters_};
  StateList params0_{"params0", parameters_};
  double d_, d_max_, numerator_ = 0;
  int64_t step_ = 0;
};

OptionReaders options(OptimizerOptions& o) {
  o.learning_rate = defaults::train::optimizer::prodigy::learning_rate;  // a factor: the rule finds the rate itself
  OptionReaders readers{{"betas", pair(o.prodigy.beta1, o.prodigy.beta2)},
                        {"eps", number(o.prodigy.eps)},
                        {"d0", number(o.prodigy.d0)},
                        {"d_coef", number(o.prodigy.d_coef)},
                        {"use_bias_correction", boolean(o.prodigy.use_bias_correction)},
                        {"safeguard_warmup", boolean(o.prodigy.safeguard_warmup)}};
  readers.merge(common_options(o));
  return readers;
}

std::unique_ptr<Optimizer> make(const OptimizerOptions& options, const std::vector<Parameter>& parameters, Stream& stream) {
  return std::make_unique<ProdigyOptimizer>(options, parameters, stream);
}

}  // namespace

OptimizerRule prodigy_rule() { return {.type = OptimizerType::prodigy, .finds_rate = true, .options = options, .make = make}; }

}  // namespace sidestep
