#pragma once
#include "models/dit_layer.h"
#include "models/dit_tape.h"

namespace sidestep {

/// How far down gradients have to flow, and into which sides: decided by where adapters are.
struct DitReach {
  bool input = false;       ///< proj_in trains, or the caller wants the inputs' gradients
  bool timesteps = false;   ///< a timestep embedder trains
  bool condition = false;   ///< condition_embedder trains, or the caller wants the inputs' gradients
  int64_t first_layer = 0;  ///< the lowest layer with work; the number of layers if there is none

  DitLayerNeeds of_layer(int64_t index) const {
    return {.input = input || index > first_layer, .modulation = timesteps, .condition = condition};
  }
};

}  // namespace sidestep
