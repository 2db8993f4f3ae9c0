#include "ops/optimizer.h"
#include "training/optimizer_rule.h"
#include "training/optimizer_state.h"

namespace sidestep {

namespace {

class AdamWOptimizer final : public Optimizer {
 public:
  AdamWOptimizer(const OptimizerOptions& options, const std::vector<Parameter>& parameters)
      : options_(options), parameters_(parameters) {}

  void step(double learning_rate, const Gate& gate, Stream& stream) override {
    ++step_;
    adamw({.params = values_of(parameters_),
           .exp_avg = exp_avg_.tensors(),
           .exp_avg_sq = exp_avg_sq_.tensors(),
           .grads = gradients_of(parameters_),
           .learning_rate = learning_rate,
           .beta1 = options_.adam.beta1,
           .beta2 = options_.adam.beta2,
           .eps = options_.adam.eps,
           .weight_decay = options_.weight_decay,
           .step = step_,
           .proceed = gate.proceed,
           .factor = gate.factor},
          stream);
  }
  bool scales() const override { return true; }

  std::vector<NamedState> state() const override {
    std::vector<NamedState> out;
    append_state(out, exp_avg_, parameters_);
    append_state(out, exp_avg_sq_, parameters_);
    return out;
  }
  std::vector<double> scalars() const override { return {static_cast<double>(step_)}; }
  void set_scalars(const std::vector<double>& values) override {
    expect_scalars(values, 1);
    step_ = static_cast<int64_t>(values[0]);
  }

 private:
  OptimizerOptions options_;
  std::vector<Parameter> parameters_;
  StateList exp_avg_{"exp_avg", parameters_}, exp_avg_sq_{"exp_avg_sq", parameters_};
  int64_t step_ = 0;
};

}  // namespace

std::unique_ptr<Optimizer> make_adamw(const OptimizerOptions& options, const std::vector<Parameter>& parameters, Stream&) {
  return std::make_unique<AdamWOptimizer>(options, parameters);
}

OptionReaders adam_options(OptimizerOptions& o) {
  OptionReaders readers{{"betas", pair(o.adam.beta1, o.adam.beta2)}, {"eps", number(o.adam.eps)}};
  readers.merge(common_options(o));
  return readers;
}

OptimizerRule adamw_rule() { return {.type = OptimizerType::adamw, .options = adam_options, .make = make_adamw}; }

}  // namespace sidestep
