#pragma once
#include <vector>

#include "sampling/options.h"

namespace sidestep {

/// The timesteps a generation visits, from noise (1) down, and 0 at the end: one more than there are steps. f32, in the order of
/// upstream's roundings: the model's timestep embedding multiplies a difference in the last bit by a thousand.
///
/// base: linspace(1, 0), warped to shift t / (1 + (shift - 1) t).
/// turbo: upstream's tables for shift 1, 2 and 3 (another shift: the nearest), which are the same warp of eight steps; another
/// number of steps, 20 at most, is warped by its own shift, as later versions of upstream do. Given `timesteps` are each mapped
/// to the nearest value of those tables; zeros at their end are dropped.
std::vector<float> sampling_timesteps(const SamplerOptions& options);

}  // namespace sidestep
