#include "adapters/kind.h"

#include <cmath>

#include "core/error.h"

namespace sidestep {

const std::vector<AdapterKind>& adapter_kinds() {
#define SIDESTEP_CALL_KIND(name) name##_kind(),
  static const std::vector<AdapterKind> kinds{SIDESTEP_ADAPTERS(SIDESTEP_CALL_KIND)};
#undef SIDESTEP_CALL_KIND
  return kinds;
}

const AdapterKind& adapter_kind(AdapterType type) {
  for (const AdapterKind& kind : adapter_kinds()) {
    if (kind.type == type) return kind;
  }
  throw Error("adapter/option-invalid", "Unknown adapter type");
}

bool is_lycoris(AdapterType type) { return adapter_kind(type).library == AdapterLibrary::lycoris; }

double adapter_scale(double alpha, int64_t rank, const AdapterConfig& config) {
  const auto r = static_cast<double>(rank);
  return alpha / (config.rs_lora ? std::sqrt(r) : r);
}

std::shared_ptr<Adapter> make_adapter(const AdapterConfig& config, const Linear& layer, uint64_t module) {
  return adapter_kind(config.type).make(config, layer, module);
}

}  // namespace sidestep
