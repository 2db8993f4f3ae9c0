#include "sampling/generate.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/philox.h"

namespace sidestep {

namespace {

void fill_normal(const RandomKey& key, std::span<float> out) {
  for (size_t i = 0; i < out.size(); i += 4) {
    const std::array<float, 4> block = normal_block(key, i / 4);
    std::copy_n(block.begin(), std::min<size_t>(4, out.size() - i), out.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void expect_finite(const std::vector<float>& velocity, float t) {
  if (std::all_of(velocity.begin(), velocity.end(), [](float v) { return std::isfinite(v); })) return;
  throw Error(
      "generate/nonfinite", "The model's prediction at timestep " + std::to_string(t) + " holds numbers that are not finite",
      "An adapter that diverged, a strength far above 1, or f16 arithmetic does that; try a lower strength, or bf16 or f32.");
}

}  // namespace

Storage generate_latents(const GenerateJob& job, Dit& model, Workspace work) {
  Denoiser denoiser(model,
                    {.condition = job.condition,
                     .context = job.context,
                     .guided = job.sampler.guided(),
                     .strength = static_cast<float>(job.strength),
                     .halves = job.halves},
                    work);
  const Frames shape{job.context.dim(0), model.config().audio_acoustic_hidden_dim};
  const SamplerRun run{
      .options = job.sampler,
      .shape = shape,
      .predict =
          [&](std::span<const float> x, float t, Halves halves, Velocities& out) {
            work.stream.throw_if_cancelled();
            denoiser.predict(x, t, halves, out);
            expect_finite(out.cond, t);
          },
      .noise =
          [&](int64_t draw, std::span<float> out) {
            fill_normal(
                {.seed = job.seed, .purpose = Purpose::generation, .step = static_cast<uint64_t>(draw), .sample = job.item}, out);
          },
      .on_step = job.on_step};
  const std::vector<float> latents = sample_latents(run);
  const Storage out(DType::f32, {shape.frames, shape.channels});
  std::copy(latents.begin(), latents.end(), out.tensor().data<float>());
  return out;
}

}  // namespace sidestep
