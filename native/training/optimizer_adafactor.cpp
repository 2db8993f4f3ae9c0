#include "ops/adafactor.h"
#include "training/optimizer_rule.h"
#include "training/optimizer_state.h"

namespace sidestep {

namespace {

class AdafactorOptimizer final : public Optimizer {
 public:
  AdafactorOptimizer(const OptimizerOptions& options, const std::vector<Parameter>& parameters)
      : options_(options), parameters_(parameters) {
    for (const Parameter& p : parameters_) {
      const AdafactorShapes shapes = adafactor_shapes(p.value.shape());
      row_.storages.emplace_back(DType::f32, shapes.row, p.value.device());
      col_.storages.emplace_back(DType::f32, shapes.col, p.value.device());
    }
  }

  void step(double learning_rate, const Gate& gate, Stream& stream) override {
    ++step_;
    adafactor({.params = values_of(parameters_),
               .grads = gradients_of(parameters_),
               .row = row_.tensors(),
               .col = col_.tensors(),
               .learning_rate = learning_rate,
               .decay_rate = options_.adafactor.decay_rate,
               .eps = options_.adafactor.eps,
               .clip_threshold = options_.adafactor.clip_threshold,
               .weight_decay = options_.weight_decay,
               .step = step_,
               .proceed = gate.proceed},
              stream);
  }

  std::vector<NamedState> state() const override {
    std::vector<NamedState> out;
    append_state(out, row_, parameters_);
    append_state(out, col_, parameters_);
    std::erase_if(out, [](const NamedState& item) { return item.tensor.numel() == 0; });
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
  StateList row_{"exp_avg_sq_row"}, col_{"exp_avg_sq_col"};
  int64_t step_ = 0;
};

OptionReaders options(OptimizerOptions& o) {
  OptionReaders readers{{"eps", number(o.adafactor.eps)},
                        {"decay_rate", number(o.adafactor.decay_rate)},
                        {"clip_threshold", number(o.adafactor.clip_threshold)}};
  readers.merge(common_options(o));
  return readers;
}

std::unique_ptr<Optimizer> make(const OptimizerOptions& options, const std::vector<Parameter>& parameters, Stream&) {
  return std::make_unique<AdafactorOptimizer>(options, parameters);
}

}  // namespace

OptimizerRule adafactor_rule() { return {.type = OptimizerType::adafactor, .options = options, .make = make}; }

}  // namespace sidestep
