#pragma once
#include <functional>
#include <span>
#include <vector>

#include "sampling/guidance.h"
#include "sampling/options.h"

namespace sidestep {

enum class Halves : uint8_t { conditional, both };

/// What a sampler needs from outside. The noise and the model are functions: reference data and tests bring their own.
struct SamplerRun {
  const SamplerOptions& options;
  Frames shape;
  /// Velocities at state x and timestep t; `null` is wanted with Halves::both only.
  std::function<void(std::span<const float> x, float t, Halves halves, Velocities& out)> predict;
  /// Standard normal noise [T, C]: draw 0 is the start, draw k the renoising after step k.
  std::function<void(int64_t draw, std::span<float> out)> noise;
  /// Called after each step, with the steps done and those there are.
  std::function<void(int64_t done, int64_t steps)> on_step{};
};

/// Latents [T, C] from noise: upstream's generate_audio, whose order of operations this keeps.
std::vector<float> sample_latents(const SamplerRun& run);

}  // namespace sidestep
