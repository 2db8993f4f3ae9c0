#include <algorithm>

#include "sampling/generation_plan.h"
#include "training/trainer_state.h"

namespace sidestep {

GenerationRequest clip_request(const PlanRequest& run, int64_t frames, int64_t tokens, Halves halves) {
  return {.model = run.model,
          .compute_dtype = run.compute_dtype,
          .base = run.base,
          .stored = run.stored,
          .adapter = run.adapter,
          .frames = frames,
          .tokens = tokens,
          .guided = halves == Halves::both};
}

/// In the run's own arena, which is idle between steps, or in one for this clip.
Storage Trainer::State::generate_clip(const GenerateJob& job, size_t arena_bytes) {
  if (arena_bytes <= arena->capacity()) return generate_latents(job, *model, work());
  Arena own(stream.device(), arena_bytes);
  return generate_latents(job, *model, {own, stream});
}

Storage Trainer::generate(GenerateJob job) {
  State& s = *state_;
  s.wait_for_device();
  const PlanRequest run = plan_request(s.setup, s.options, s.files, s.shape);
  GenerationRequest request =
      clip_request(run, job.context.dim(0), job.condition.dim(0), job.sampler.guided() ? Halves::both : Halves::conditional);
  request.halves = choose_halves(request, s.stream.device());
  job.halves = request.halves;
  const size_t needed = plan_generation(request).arena_bytes;
  const int64_t reserved = std::max(s.shape.longest_frames, s.setup.longest_clip ? s.setup.longest_clip->frames : 0);
  if (job.context.dim(0) > reserved)
    s.recordings.forget(s.stream);  // longer rotary tables lie elsewhere than recorded steps look
  const ReliefScope scope = s.relief();
  try {
    s.use_average();
    const Storage latents = s.generate_clip(job, needed);
    s.use_raw();
    s.end_shortage();
    return latents;
  } catch (...) {
    s.use_raw();
    throw;
  }
}

}  // namespace sidestep
