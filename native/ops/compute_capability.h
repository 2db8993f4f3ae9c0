#pragma once
#include <string>

namespace sidestep {

/// What NVIDIA calls the generation of a card's instructions: 7.5 Turing, 8.0 Ampere, 9.0 Hopper.
struct ComputeCapability {
  int major = 0, minor = 0;
};

/// Why the engine cannot compute on such a card; empty: it can. The tensor cores' bf16 and cp.async begin with Ampere: cards
/// of 7.5 (T4, RTX 20) would need their own kernels.
inline std::string why_unusable(const std::string& name, ComputeCapability capability) {
  if (capability.major >= 8) return {};
  return name + " has compute capability " + std::to_string(capability.major) + "." + std::to_string(capability.minor) +
         "; 8.0 (Ampere) or newer is needed";
}

}  // namespace sidestep
