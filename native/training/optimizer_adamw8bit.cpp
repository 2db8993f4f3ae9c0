#include "ops/adamw8bit.h"
#include "training/optimizer_rule.h"
#include "training/optimizer_state.h"

namespace sidestep {

namespace {

// As bitsandbytes: a small tensor's state is kept in f32, where 8 bits would save little and cost most.
constexpr int64_t kMinimumQuantised = 4096;

std::vector<Parameter> at_least(const std::vector<Parameter>& parameters, int64_t minimum, int64_t below) {
  std::vector<Parameter> chosen;
  for (const Parameter& p : parameters) {
    if (p.value.numel() >= minimum && p.value.numel() < below) chosen.push_back(p);
  }
  return chosen;
}

/// Per-block scales and codes of one moment. Scales start at 0, so the first codes read as 0 whatever they are.
struct Moment {
  StateList codes, absmax;

  Moment(const std::string& name, const std::vector<Parameter>& parameters)
      : codes(name + "_codes", parameters, DType::u8), absmax(name + "_absmax") {
    for (const Parameter& p : parameters) {
      absmax.storages.emplace_back(DType::f32, Shape{(p.value.numel() + kQuantBlock - 1) / kQuantBlock}, p.value.device());
    }
  }
};

class AdamW8bitOptimizer final : public Optimizer {
 public:
  AdamW8bitOptimizer(const OptimizerOptions& options, const std::vector<Parameter>& parameters, Stream& stream)
      : options_(options),
        large_(at_least(parameters, kMinimumQuantised, std::numeric_limits<int64_t>::max())),
        small_(make_adamw(options, at_least(parameters, 0, kMinimumQuantised), stream)) {}

  void step(double learning_rate, const Gate& gate, Stream& stream) override {
    small_->step(learning_rate, gate, stream);
    ++step_;
    adamw8bit({.params = values_of(large_),
               .grads = gradients_of(large_),
               .exp_avg_codes = exp_avg_.codes.tensors(),
               .exp_avg_sq_codes = exp_avg_sq_.codes.tensors(),
               .exp_avg_absmax = exp_avg_.absmax.tensors(),
               .exp_avg_sq_absmax = exp_avg_sq_.absmax.tensors(),
               .learning_rate = learning_rate,
               .beta1 = options_.adam.beta1,
               .beta2 = options_.adam.beta2,
               .eps = options_.adam.eps,
               .weight_decay = options_.weight_decay,
               .step = step_,
               .proceed = gate.proceed},
              stream);
  }

  std::vector<NamedState> state() const override {
    std::vector<NamedState> out = small_->state();
    for (const Moment* moment : {&exp_avg_, &exp_avg_sq_}) {
      append_state(out, moment->codes, large_);
      append_state(out, moment->absmax, large_);
    }
    return out;
  }
  std::vector<double> scalars() const override { return {static_cast<double>(step_)}; }
  void set_scalars(const std::vector<double>& values) override {
    expect_scalars(values, 1);
    step_ = static_cast<int64_t>(values[0]);
    small_->set_scalars(values);
  }

 private:
  OptimizerOptions options_;
  std::vector<Parameter> large_;
  std::unique_ptr<Optimizer> small_;
  Moment exp_avg_{"exp_avg", large_}, exp_avg_sq_{"exp_avg_sq", large_};
  int64_t step_ = 0;
};

std::unique_ptr<Optimizer> make(const OptimizerOptions& options, const std::vector<Parameter>& parameters, Stream& stream) {
  return std::make_unique<AdamW8bitOptimizer>(options, parameters, stream);
}

}  // namespace

OptimizerRule adamw8bit_rule() { return {.type = OptimizerType::adamw8bit, .options = adam_options, .make = make}; }

}  // namespace sidestep
