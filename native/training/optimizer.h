#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "adapters/parameter.h"
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

enum class OptimizerType : uint8_t { adamw, adamw8bit, adafactor, prodigy };
/// Names as in the YAML. Throws train/unknown-optimizer.
OptimizerType optimizer_type(const std::string& name);

/// Fields are the schema's; each type reads those it knows.
struct OptimizerOptions {
  OptimizerType type = OptimizerType::adamw;
  double learning_rate = 1e-4;  ///< the schedule's peak; 1 for prodigy unless set
  double weight_decay = 0.01;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;            ///< adafactor: added to the squared gradient, 1e-30
  double decay_rate = -0.8;     ///< adafactor
  double clip_threshold = 1;    ///< adafactor
  double d0 = 1e-6;             ///< prodigy
  double d_coef = 1;            ///< prodigy
  double growth_rate = std::numeric_limits<double>::infinity();  ///< prodigy: d grows by at most this factor a step
  double beta3 = 0;             ///< prodigy: 0 takes sqrt(beta2)
  bool use_bias_correction = true;  ///< prodigy
  bool safeguard_warmup = true;     ///< prodigy
};

/// An update rule with its state. Equal state and equal gradients give equal bytes, so saving and restoring `state` and
/// `scalars` continues exactly.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// One update from the parameters' gradients, which are left as they are.
  void step(double learning_rate, Stream& stream) { step(learning_rate, {}, stream); }
  /// The same, but where `proceed` ([1] u8 on the device) turns out to be 0 only the counters go on: `set_scalars` takes them back.
  /// Not for a rule that `waits`.
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

// One maker a rule, each in its own file.
std::unique_ptr<Optimizer> make_adamw(const OptimizerOptions&, const std::vector<Parameter>&, Stream&);
std::unique_ptr<Optimizer> make_adamw8bit(const OptimizerOptions&, const std::vector<Parameter>&, Stream&);
std::unique_ptr<Optimizer> make_adafactor(const OptimizerOptions&, const std::vector<Parameter>&, Stream&);
std::unique_ptr<Optimizer> make_prodigy(const OptimizerOptions&, const std::vector<Parameter>&, Stream&);

}  // namespace sidestep
