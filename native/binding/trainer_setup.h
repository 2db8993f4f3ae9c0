#pragma once
#include "core/json.h"
#include "training/trainer.h"

namespace sidestep::binding {

/// {model_folder, samples, validation_samples, silence_latent, options, precision, memory_limit_bytes}: what open_trainer and
/// plan_training share.
TrainerSetup trainer_setup(const Json& params);

/// Bytes by purpose, their sum, and the work of a micro-batch.
Json::Object memory_json(const MemoryPlan& plan);
Json::Object shape_json(const RunShape& shape);

}  // namespace sidestep::binding
