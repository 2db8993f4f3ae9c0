#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "adapters/parameter.h"
#include "core/json.h"
#include "core/option_defaults.generated.h"
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

// Every update rule once, as `optimizer.type` says it: a new rule is a name here, its options below, and its own file.
#define SIDESTEP_OPTIMIZERS(X) X(adamw) X(adamw8bit) X(adafactor) X(prodigy)

#define SIDESTEP_ENUMERATOR(name) name,
enum class OptimizerType : uint8_t { SIDESTEP_OPTIMIZERS(SIDESTEP_ENUMERATOR) };
#undef SIDESTEP_ENUMERATOR
/// Names as in the YAML. Throws train/unknown-optimizer.
OptimizerType optimizer_type(const std::string& name);
const std::vector<std::string>& optimizer_names();

/// Of adamw and adamw8bit.
struct AdamOptions {
  double beta1 = defaults::train::optimizer::adamw::betas[0], beta2 = defaults::train::optimizer::adamw::betas[1];
  double eps = defaults::train::optimizer::adamw::eps;
};

struct AdafactorOptions {
  double eps = defaults::train::optimizer::adafactor::eps;  ///< added to the squared gradient
  double decay_rate = defaults::train::optimizer::adafactor::decay_rate;
  double clip_threshold = defaults::train::optimizer::adafactor::clip_threshold;
};

struct ProdigyOptions {
  double beta1 = defaults::train::optimizer::prodigy::betas[0], beta2 = defaults::train::optimizer::prodigy::betas[1];
  double beta3 = 0;  ///< 0 takes sqrt(beta2)
  double eps = defaults::train::optimizer::prodigy::eps;
  double d0 = defaults::train::optimizer::prodigy::d0;
  double d_coef = defaults::train::optimizer::prodigy::d_coef;
  double growth_rate = std::numeric_limits<double>::infinity();  ///< d grows by at most this factor a step
  bool use_bias_correction = defaults::train::optimizer::prodigy::use_bias_correction;
  bool safeguard_warmup = defaults::train::optimizer::prodigy::safeguard_warmup;
};

/// Fields are the schema's; what only some rules have is in their own structs.
struct OptimizerOptions {
  OptimizerType type = OptimizerType::adamw;
  double learning_rate = defaults::train::optimizer::adamw::learning_rate;  ///< the schedule's peak
  double weight_decay = defaults::train::optimizer::adamw::weight_decay;
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
  void step(double learning_rate, Stream& stream) { step(learning_rate, Gate{}, stream); }
  /// What the device itself decides of an update, where given.
  struct Gate {
    ConstTensor proceed{};  ///< [1] u8: where it turns out to be 0 only the counters go on: `set_scalars` takes them back
    ConstTensor factor{};   ///< [1] f32: of the gradients; only for a rule that `scales`
  };
  /// The same, as the gate says. Not for a rule that `waits`.
  virtual void step(double learning_rate, const Gate& gate, Stream& stream) = 0;
  /// Whether a step multiplies gradients itself, which spares a pass over them.
  virtual bool scales() const { return false; }
  /// Whether a step waits for the device: the rule finds a part of its rate on the host.
  virtual bool waits() const { return false; }

  struct NamedState {
    std::string name;  ///< "exp_avg/<parameter>"
    Tensor tensor;     ///< on the training device; written through when restoring
  };
  virtual std::vector<NamedState> state() const = 0;
  /// The step count first, then what else the rule counts.
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
