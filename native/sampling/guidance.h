#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "sampling/options.h"

namespace sidestep {

/// A state or velocity [T, C], row-major, on the host: 64 numbers a latent frame are too few to be worth a device.
struct Frames {
  int64_t frames = 0, channels = 0;
  int64_t numel() const { return frames * channels; }
};

/// What the model predicts at one state.
struct Velocities {
  std::vector<float> cond;  ///< [T, C] under the condition
  std::vector<float> null;  ///< [T, C] under the null condition; empty where guidance does not act
};

/// Adaptive projected guidance (Sadat et al. 2024) as upstream codes it: of the difference of both predictions, averaged over
/// steps with a negative momentum and limited in norm, only what is orthogonal to the prediction acts; norm and projection of
/// each channel over time. In place of v.cond.
class ApgGuidance {
 public:
  void apply(Velocities& v, Frames shape, double scale);

 private:
  std::vector<double> average_;
};

/// v.cond = v.null + scale (v.cond - v.null)
void cfg_guidance(Velocities& v, double scale);

/// Angle-based dynamic guidance as upstream codes it: each frame's predicted clean latents are turned away from the null
/// condition's by the angle between them times scale - 1, at most about a sixth of pi. x: the state, at timestep t > 0.
void adg_guidance(Velocities& v, std::span<const float> x, float t, Frames shape, double scale);

}  // namespace sidestep
