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

/// Whether gradient checkpointing at `ratio` recomputes layer `index`: round(ratio * layers) of them, spread evenly.
/// Ratio 0.5 recomputes layers 0, 2, 4 … The top layer is never recomputed: backward begins with it, so keeping it takes
/// no more memory than recomputing any other, and that memory is then reused.
bool recomputed(int64_t index, int64_t layers, double ratio);

}  // namespace sidestep
