#include "training/optimizer.h"

#include "core/error.h"

namespace sidestep {

OptimizerType optimizer_type(const std::string& name) {
  if (name == "adamw") return OptimizerType::adamw;
  if (name == "adamw8bit") return OptimizerType::adamw8bit;
  if (name == "adafactor") return OptimizerType::adafactor;
  if (name == "prodigy") return OptimizerType::prodigy;
  throw Error("train/unknown-optimizer", "Unknown optimizer `" + name + "`",
              "Known: adamw, adamw8bit, adafactor, prodigy.");
}

size_t Optimizer::state_bytes() const {
  size_t bytes = 0;
  for (const NamedState& item : state()) bytes += item.tensor.bytes();
  return bytes;
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, const std::vector<Parameter>& parameters,
                                          Stream& stream) {
  switch (options.type) {
    case OptimizerType::adamw: return make_adamw(options, parameters, stream);
    case OptimizerType::adamw8bit: return make_adamw8bit(options, parameters, stream);
    case OptimizerType::adafactor: return make_adafactor(options, parameters, stream);
    case OptimizerType::prodigy: return make_prodigy(options, parameters, stream);
  }
  throw Error("train/unknown-optimizer", "Unknown optimizer");
}

}  // namespace sidestep
