#pragma once
#include <functional>

#include "sampling/denoiser.h"
#include "sampling/options.h"

namespace sidestep {

/// One clip: everything that decides its latents, without the model and its adapter.
struct GenerateJob {
  ConstTensor condition;  ///< [S, De] f32 on the host; every token is a key, as upstream, whose decoder ignores masks
  ConstTensor context;    ///< [T, Cc] f32 on the host: source latents (silence) beside a chunk mask of ones
  SamplerOptions sampler{};
  uint64_t seed = 0;
  uint64_t item = 0;    ///< noise is that of element i of the streams {seed, generation, draw, item}: nothing else enters
  double strength = 1;  ///< of the adapter; 0 gives the bytes of the model without one
  HalvesRun halves = HalvesRun::apart;
  std::function<void(int64_t done, int64_t steps)> on_step{};
};

/// Latents [T, C] f32 on the host. The same bytes on one kind of device whatever the threads, the order of jobs, and the halves'
/// run. Throws what Denoiser throws; native/cancelled; generate/nonfinite when the model's numbers are none (which step).
Storage generate_latents(const GenerateJob& job, Dit& model, Workspace work);

}  // namespace sidestep
