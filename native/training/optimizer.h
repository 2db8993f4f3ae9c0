#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "adapters/parameter.h"
#include "core/json.h"
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

// Every update rule once, as `optimizer.type` says it: a new rule is a name here, its options below, and a file of its own.
#define SIDESTEP_OPTIMIZERS(X) X(adamw) X(adamw8bit) X(adafactor) X(prodigy)

#define SIDESTEP_ENUMERATOR(name) name,
enum class OptimizerType : uint8_t { SIDESTEP_OPTIMIZERS(SIDESTEP_ENUMERATOR) };
#undef SIDESTEP_ENUMERATOR
/// Names as in the YAML. Throws train/unknown-optimizer.
OptimizerType optimizer_type(const std::string& name);
const std::vector<std::string>& optimizer_names();

/// Of adamw and adamw8bit.
struct AdamOptions {
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
};

struct AdafactorOptions {
  double eps = 1e-30;  ///< added to the squared gradient
  double decay_rate = -0.8;
  double clip_threshold = 1;
};

struct ProdigyOptions {
  double beta1 = 0.9, beta2 = 0.99;
  double beta3 = 0;  ///< 0 takes sqrt(beta2)
  double eps = 1e-8;
  double d0 = 1e-6;
  double d_coef = 1;
  double growth_rate = std::numeric_limits<double>::infinity();  ///< d grows by at most this factor a step
  bool use_bias_correction = true;
  bool safeguard_warmup = true;
};

/// Fields are the schema's; what only some rules have stands in structs of theirs.
struct OptimizerOptions {
  OptimizerType type = OptimizerType::adamw;
  double learning_rate = 1e-4;  ///< the schedule's peak; 1 for prodigy unless set
  double weight_decay = 0.01;
  AdamOptions adam{};
  AdafactorOptions adafactor{};
  ProdigyOptions prodigy{};
};

/// Reads the `optimizer` object of a train stage; absent fields keep their defaults. Throws train/unknown-optimizer,
/// train/option-unknown, also for options of another rule, and train/option-invalid.
OptimizerOptions optimizer_options_from_json(const Json& json);

/// Whether the rule finds its rate itself, and what the schedule gives is a factor of it.
bool finds_rate(OptimizerType type);

/// An update rule with its state. Equal state and equal gradients give equal bytes, so saving and restoring `state` and
/// `scalars` continues exactly.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// One update from the parameters' gradients, which are left as they are.
  void step(double learning_rate, Stream& stream) { step(learning_rate, {}, stream); }
  /// The same, but where `proceed` ([1] u8 on the device) turns out to be 0 only the counters go on: `set_scalars` takes them
  /// back. Not for a rule that `waits`.
  virtual void step(double learning_rate, ConstTensor proceed, Stream& stream) = 0;
  /// Whether a step waits for the device: the rule finds a part of its rate on the host.
  virtual bool waits() const { return false; }

  struct NamedState {
    std::string name;  ///< "exp_avg/<parameter>"
    Tensor tensor;     ///< on the training device; written through when restoring
  };
  virtual std::vector<NamedState> state() const = 0;
  /// The step count first, then what the rule counts besides.
  virtual std::vector<double> scalars() const = 0;
  /// Throws train/state-mismatch for another number of them.
  virtual void set_scalars(const std::vector<double>& values) = 0;

  /// Bytes of state held.
  size_t state_bytes() const;
};

/// `parameters` must outlive the optimizer. Prodigy notes where they are now: call it after initialisation or loading.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, const std::vector<Parameter>& parameters,
                                          Stream& stream);

}  // namespace sidestep
