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

Storage Trainer::generate(GenerateJob job) {
  State& s = *state_;
  s.wait_for_device();
  const PlanRequest run = s.run.plan_request();
  GenerationRequest request =
      clip_request(run, job.context.dim(0), job.condition.dim(0), job.sampler.guided() ? Halves::both : Halves::conditional);
  request.halves = choose_halves(request, s.stream.device());
  job.halves = request.halves;
  const size_t needed = plan_generation(request).arena_bytes;
  const auto& longest_clip = s.run.setup.longest_clip;
  const int64_t reserved = std::max(s.run.shape.longest_frames, longest_clip ? longest_clip->frames : 0);
  if (job.context.dim(0) > reserved)
    s.memory.recordings().forget(s.stream);  // longer rotary tables are not where recorded steps look
  const ReliefScope scope = s.memory.relief();
  Storage latents;
  const auto make = [&] {  // in the run's own arena, which is idle between steps, or in one for this clip
    if (needed <= s.memory.arena().capacity()) {
      latents = generate_latents(job, *s.model, s.work());
      return;
    }
    Arena own(s.stream.device(), needed);
    latents = generate_latents(job, *s.model, {own, s.stream});
  };
  s.average->use_during(make, s.work());
  s.memory.end_shortage();
  return latents;
}

}  // namespace sidestep
