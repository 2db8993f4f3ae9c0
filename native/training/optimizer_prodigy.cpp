#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/math.h"
#include "ops/elementwise.h"
#include "ops/prodigy.h"
#include "ops/transfer.h"
#include "training/optimizer_state.h"

namespace sidestep {

namespace {

class ProdigyOptimizer final : public Optimizer {
 public:
  ProdigyOptimizer(const OptimizerOptions& options, const std::vector<Parameter>& parameters, Stream& stream)
      : options_(options), parameters_(parameters), d_(options.d0), d_max_(options.d0) {
    for (size_t i = 0; i < parameters_.size(); ++i) {
      copy({parameters_[i].value, params0_.storages[i].tensor()}, stream);
    }
  }

  void step(double learning_rate, ConstTensor /*proceed*/, Stream& stream) override {
    const double beta3 = options_.beta3 > 0 ? options_.beta3 : std::sqrt(options_.beta2);
    const double dlr = d_ * learning_rate * bias_correction();
    double numerator = numerator_ * beta3, denominator = 0;
    if (learning_rate > 0) {
      const auto [dot, magnitude] = update_moments(beta3, dlr, stream);
      numerator += d_ / options_.d0 * dlr * dot;
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
                    .eps = options_.eps,
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
    if (!options_.use_bias_correction) return 1;
    const auto next = static_cast<double>(step_ + 1);
    return std::sqrt(1 - math::pow(options_.beta2, next)) / (1 - math::pow(options_.beta1, next));
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
                     .beta1 = options_.beta1,
                     .beta2 = options_.beta2,
                     .beta3 = beta3,
                     .s_gain = d_ / options_.d0 * (options_.safeguard_warmup ? d_ : dlr)},
                    stream);
    return {sum(numerator, stream), sum(denominator, stream)};
  }

  static double sum(const Storage& device_values, Stream& stream) {
    const Storage host = to_host(device_values.view(), stream);
    const auto* values = host.view().data<double>();
    return std::accumulate(values, values + host.view().numel(), 0.0);
  }

  void estimate_distance(double numerator, double denominator) {
    const double d_hat = options_.d_coef * numerator / denominator;
    if (d_ == options_.d0) d_ = std::max(d_, d_hat);
    d_max_ = std::max(d_max_, d_hat);
    d_ = std::min(d_max_, d_ * options_.growth_rate);
  }

  OptimizerOptions options_;
  std::vector<Parameter> parameters_;
  StateList exp_avg_{"exp_avg", parameters_}, exp_avg_sq_{"exp_avg_sq", parameters_}, s_{"s", parameters_};
  StateList params0_{"params0", parameters_};
  double d_, d_max_, numerator_ = 0;
  int64_t step_ = 0;
};

}  // namespace

std::unique_ptr<Optimizer> make_prodigy(const OptimizerOptions& options, const std::vector<Parameter>& parameters,
                                        Stream& stream) {
  return std::make_unique<ProdigyOptimizer>(options, parameters, stream);
}

}  // namespace sidestep
