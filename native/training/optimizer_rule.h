#pragma once
#include <memory>
#include <vector>

#include "core/json_options.h"
#include "training/optimizer.h"

namespace sidestep {

/// All that others know of an update rule. Each rule's own file ends with its.
struct OptimizerRule {
  OptimizerType type;
  /// Prodigy: what the schedule gives is a factor of a rate that the rule finds itself.
  bool finds_rate = false;
  /// Readers of what `optimizer` holds beside `type`. Defaults that hold for this rule alone are put into the options first.
  OptionReaders (*options)(OptimizerOptions& options);
  std::unique_ptr<Optimizer> (*make)(const OptimizerOptions& options, const std::vector<Parameter>& parameters, Stream& stream);
};

// One function a rule, each in its own file: adamw_rule(), …
#define SIDESTEP_DECLARE_RULE(name) OptimizerRule name##_rule();
SIDESTEP_OPTIMIZERS(SIDESTEP_DECLARE_RULE)
#undef SIDESTEP_DECLARE_RULE

/// AdamW, and the options that it and its 8-bit form share.
std::unique_ptr<Optimizer> make_adamw(const OptimizerOptions& options, const std::vector<Parameter>& parameters, Stream& stream);
OptionReaders adam_options(OptimizerOptions& options);

const OptimizerRule& optimizer_rule(OptimizerType type);

/// What every rule takes: `learning_rate`, `weight_decay`.
OptionReaders common_options(OptimizerOptions& options);
/// A reader of two numbers.
OptionReader pair(double& first, double& second);

}  // namespace sidestep
