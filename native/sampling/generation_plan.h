#pragma once
#include <cstdint>
#include <optional>

#include "adapters/config.h"
#include "models/model_config.h"
#include "models/weights.h"
#include "sampling/denoiser.h"

namespace sidestep {

/// What decides the memory and work of a generation.
struct GenerationRequest {
  const DitConfig& model;
  DType compute_dtype = DType::f32;
  BasePrecision base = BasePrecision::as_stored;  ///< how the frozen matrices are kept
  std::optional<DType> stored{};                  ///< what the checkpoint holds, where that is how matrices are kept
  std::optional<AdapterConfig> adapter{};         ///< in the slots
  int64_t frames = 0;                             ///< latent frames of the clip
  int64_t tokens = 0;                             ///< condition tokens
  bool guided = true;
  HalvesRun halves = HalvesRun::apart;
};

/// Bytes on the device, found by running one evaluation on Device::plan, and its work; the clip itself is small and on the host.
struct GenerationPlan {
  size_t weights_bytes = 0;  ///< of the frozen decoder, mapped files included
  size_t adapter_bytes = 0;
  size_t arena_bytes = 0;           ///< keys and values of the condition, activations, scratch
  size_t overhead_bytes = 0;        ///< of a card, where the caller counts it: ops/card_overhead.h
  double flops_per_evaluation = 0;  ///< both halves if guided

  size_t total_bytes() const { return weights_bytes + adapter_bytes + arena_bytes + overhead_bytes; }
};
/// At any strength of the adapter. Throws what making the adapter throws.
GenerationPlan plan_generation(const GenerationRequest& request);

/// Both halves together where that fits a card's free memory beside the weights; apart on a CPU, which gains nothing by it.
HalvesRun choose_halves(const GenerationRequest& request, Device device);

}  // namespace sidestep
