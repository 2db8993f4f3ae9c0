#pragma once
#include "bench/arguments.h"
#include "training/memory_plan.h"

namespace sidestep::bench {

/// The training step that `--config FILE --latents N --condition N --batch N --rank N --checkpointing on|off|auto` describe: LoRA
/// on q, k, v, o of both attentions, AdamW, alpha twice the rank. `auto`, the default, is the caller's to settle; nothing is
/// recomputed here. Throws bench/usage and what loading a config throws.
PlanRequest training_request(const Arguments& arguments, DType dtype);

}  // namespace sidestep::bench
