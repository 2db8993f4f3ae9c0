#pragma once
#include <memory>
#include <string>
#include <vector>

#include "adapters/adapter_set.h"
#include "golden/golden.h"
#include "models/dit.h"
#include "training/memory_plan.h"
#include "training/micro_step.h"

namespace sidestep::golden {

/// An AdapterConfig from upstream's recorded settings (`adapter_type`, `adapter_config`). Upstream's attention_type and
/// target_mlp were resolved into target_modules before recording and are not read again. `saved` are names and shapes of the
/// recorded adapter tensors: with a rank_pattern upstream replaces the rank of all other modules by its minimum.
/// Throws golden/unknown-variant for a setting we do not have.
AdapterConfig read_adapter_config(const Json& recorded, const TensorMap& saved);

/// In bypass LyCORIS adds the change to the output in place of the weight: the same function, but that LoKr leaves its scale and
/// its magnitudes out there, and saves them all the same.
bool is_lokr_bypass(const Json& recorded);

/// Every tensor of a case below `group` ("adapter", "init" …), by its name without it.
TensorMap tensors_below(const SafetensorsFile& file, const std::string& group);

/// A model with adapters, from recorded weights, ready for steps of a given shape.
struct AdaptedModel {
  AdaptedModel(const DitConfig& config, const Weights& weights, const AdapterConfig& adapter, const PlanRequest& plan,
               Stream& stream);

  Dit model;
  AdapterSet adapters;
  Arena arena;
};

/// The request that plans `AdaptedModel`'s arena.
PlanRequest plan_of(const DitConfig& config, const AdapterConfig& adapter, const Batch& largest, const LossOptions& loss);

/// Writes recorded values into the live parameters, named as PEFT or LyCORIS name them while training, or as saved.
/// Every parameter must be found. Throws golden/case-invalid, naming the first that is not.
void set_parameters(const AdapterSet& adapters, const TensorMap& recorded);

LossOptions upstream_loss(const Json& settings);

}  // namespace sidestep::golden
