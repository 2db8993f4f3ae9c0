#include "sampling/sampler.h"

#include <cmath>

#include "testing/test.h"

namespace sidestep {
namespace {

/// A model whose velocity is known, and a record of how it was asked.
struct ToyModel {
  std::function<float(float x, float t)> cond = [](float x, float) { return x; };
  std::function<float(float x, float t)> null = [](float, float) { return 0.0F; };
  std::vector<float> asked{}, asked_both{};
  int64_t draws = 0;

  std::vector<float> sample(const SamplerOptions& options) {
    const SamplerRun run{.options = options,
                         .shape = {2, 2},
                         .predict =
                             [&](std::span<const float> x, float t, Halves halves, Velocities& out) {
                               asked.push_back(t);
                               if (halves == Halves::both) asked_both.push_back(t);
                               out.cond.clear();
                               out.null.clear();
                               for (const float value : x) out.cond.push_back(cond(value, t));
                               for (const float value : x)
                                 if (halves == Halves::both) out.null.push_back(null(value, t));
                             },
                         .noise =
                             [&](int64_t draw, std::span<float> out) {
                               draws = draw + 1;
                               for (size_t i = 0; i < out.size(); ++i)
                                 out[i] = static_cast<float>(i + 1) + static_cast<float>(draw);
                             }};
    return sample_latents(run);
  }
};

bool near(float a, double b) { return std::abs(static_cast<double>(a) - b) < 1e-5; }

TEST("sampler: euler and heun on dx/dt = x are the known products") {
  SamplerOptions options{.steps = 4, .guidance = Guidance::none};
  ToyModel euler, heun;
  EXPECT(near(euler.sample(options)[1], 2 * std::pow(0.75, 4)));
  EXPECT((euler.asked == std::vector<float>{1, 0.75F, 0.5F, 0.25F}));
  options.solver = Solver::heun;
  EXPECT(near(heun.sample(options)[1], 2 * std::pow(1 - 0.25 + 0.25 * 0.25 / 2, 4)));
  EXPECT((heun.asked == std::vector<float>{1, 0.75F, 0.75F, 0.5F, 0.5F, 0.25F, 0.25F, 0}));
}

TEST("sampler: turbo's last step has no corrector; a straight path ends at its clean latents whatever the steps") {
  ToyModel turbo, straight;
  turbo.sample({.form = SamplerForm::turbo, .solver = Solver::heun, .steps = 8, .shift = 1});
  EXPECT(turbo.asked.size() == 15 && turbo.asked.back() == 0.125F);
  straight.cond = [](float, float) { return 3.0F; };
  for (const Solver solver : {Solver::euler, Solver::heun})
    EXPECT(near(straight.sample({.solver = solver, .steps = 7, .shift = 2.5, .guidance = Guidance::none})[3], 4 - 3));
}

TEST("sampler: sde noises again to evenly spaced times, or to turbo's schedule, and not after the last step") {
  ToyModel base, turbo;
  const auto clean_is_half = [](float x, float t) { return x / 2 / t; };
  base.cond = clean_is_half;
  turbo.cond = clean_is_half;
  // From 1: 0.5; at t' = 0.5: 0.5 * 2 + 0.5 * 0.5 = 1.25; 0.625.
  EXPECT(near(base.sample({.method = SamplingMethod::sde, .steps = 2, .shift = 3, .guidance = Guidance::none})[0], 0.625));
  EXPECT(base.draws == 2);
  const SamplerOptions two{
      .form = SamplerForm::turbo, .method = SamplingMethod::sde, .solver = Solver::heun, .timesteps = {1, 0.3}};
  EXPECT(near(turbo.sample(two)[0], (0.3 * 2 + 0.7 * 0.5) / 2));
  EXPECT(turbo.asked.size() == 2);  // heun is euler here, as upstream
}

TEST("sampler: the null condition is asked for only where guidance acts") {
  ToyModel model;
  model.sample({.steps = 8, .guidance_scale = 2, .interval_start = 0.3, .interval_end = 0.8});
  EXPECT((model.asked_both == std::vector<float>{0.75F, 0.625F, 0.5F, 0.375F}));
  EXPECT(model.asked.size() == 8);
  ToyModel none;
  none.sample({.steps = 8, .guidance_scale = 1});
  EXPECT(none.asked_both.empty());
}

TEST("sampler: cfg doubles a velocity whose null is zero at scale 2; adg goes over to it at t = 0") {
  ToyModel cfg, adg;
  cfg.cond = adg.cond = [](float, float) { return 1.0F; };
  EXPECT(near(cfg.sample({.steps = 5, .guidance = Guidance::cfg, .guidance_scale = 2})[0], 1 - 2));
  EXPECT(std::isfinite(adg.sample({.solver = Solver::heun, .steps = 3, .guidance = Guidance::adg, .guidance_scale = 2})[0]));
}

TEST("sampler: a velocity is limited to its share of the state, and smoothed by the step before") {
  ToyModel clamped, smoothed;
  clamped.cond = [](float x, float) { return 100 * x; };
  EXPECT(near(clamped.sample({.steps = 1, .guidance = Guidance::none, .velocity_norm_threshold = 0.25})[0], 0.75));
  smoothed.cond = [](float, float t) { return t == 1 ? 1.0F : 0.0F; };
  EXPECT(near(smoothed.sample({.steps = 2, .guidance = Guidance::none, .velocity_ema_factor = 0.4})[0], 1 - 0.5 * (1 + 0.4)));
}

}  // namespace
}  // namespace sidestep
