#include "adapters/adapter.h"

#include <cmath>

#include "core/error.h"

namespace sidestep {

double adapter_scale(double alpha, int64_t rank, const AdapterConfig& config) {
  const auto r = static_cast<double>(rank);
  return alpha / (config.rs_lora ? std::sqrt(r) : r);
}

std::shared_ptr<Adapter> make_adapter(const AdapterConfig& config, const Linear& layer, uint64_t module) {
  switch (config.type) {
    case AdapterType::lora:
    case AdapterType::dora: return make_lora(config, layer, module);
    case AdapterType::lokr: return make_lokr(config, layer, module);
    case AdapterType::loha: return make_loha(config, layer, module);
    case AdapterType::oft: return make_oft(config, layer, module);
  }
  throw Error("adapter/option-invalid", "Unknown adapter type");
}

}  // namespace sidestep
