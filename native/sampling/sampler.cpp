#include "sampling/sampler.h"

#include <algorithm>
#include <cmath>

#include "sampling/dcw.h"
#include "sampling/schedule.h"

namespace sidestep {

namespace {

double norm_of(std::span<const float> values) {
  double sum = 0;
  for (const float v : values) sum += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(sum);
}

/// a - factor * b
std::vector<float> minus(const std::vector<float>& a, const std::vector<float>& b, float factor) {
  std::vector<float> out(a.size());
  for (size_t i = 0; i < a.size(); ++i) out[i] = a[i] - factor * b[i];
  return out;
}

/// One generation: its state and what steps leave for those after them.
class Sampler {
 public:
  explicit Sampler(const SamplerRun& run)
      : run_(run), o_(run.options), times_(sampling_timesteps(run.options)), x_(size()), noise_(size()) {}

  std::vector<float> run() {
    run_.noise(0, x_);
    for (int64_t k = 0; k < steps(); ++k) {
      step(k);
      if (run_.on_step) run_.on_step(k + 1, steps());
    }
    return std::move(x_);
  }

 private:
  enum class Evaluation : uint8_t { predictor, corrector };

  size_t size() const { return static_cast<size_t>(run_.shape.numel()); }
  int64_t steps() const { return static_cast<int64_t>(times_.size()) - 1; }
  float time(int64_t k) const { return times_[static_cast<size_t>(k)]; }
  bool is_last(int64_t k) const { return k + 1 == steps(); }

  /// Turbo's last step goes straight to the predicted clean latents, which is what euler's step to 0 does.
  bool corrects(int64_t k) const {
    return o_.solver == Solver::heun && o_.method == SamplingMethod::ode && !(o_.form == SamplerForm::turbo && is_last(k));
  }
  bool acts(float t) const {
    return o_.guided() && t >= static_cast<float>(o_.interval_start) && t <= static_cast<float>(o_.interval_end);
  }

  void guide(std::span<const float> x, float t, Evaluation evaluation) {
    switch (o_.guidance) {
      case Guidance::none: return;
      case Guidance::cfg: return cfg_guidance(v_, o_.guidance_scale);
      case Guidance::apg:
        // The average moves once a step: a corrector is guided plainly.
        if (evaluation == Evaluation::predictor) return apg_.apply(v_, run_.shape, o_.guidance_scale);
        return cfg_guidance(v_, o_.guidance_scale);
      case Guidance::adg:
        if (t > 0) return adg_guidance(v_, x, t, run_.shape, o_.guidance_scale);
        return cfg_guidance(v_, o_.guidance_scale);
    }
  }

  void clamp(std::span<const float> x, std::vector<float>& v) const {
    if (o_.velocity_norm_threshold <= 0) return;
    const double most = o_.velocity_norm_threshold * (norm_of(x) + 1e-10), scale = most / (norm_of(v) + 1e-10);
    if (scale >= 1) return;
    for (float& value : v) value = static_cast<float>(static_cast<double>(value) * scale);
  }

  void smooth(const std::vector<float>& before, std::vector<float>& v) const {
    if (o_.velocity_ema_factor <= 0 || before.empty()) return;
    const auto share = static_cast<float>(o_.velocity_ema_factor), rest = static_cast<float>(1 - o_.velocity_ema_factor);
    for (size_t i = 0; i < v.size(); ++i) v[i] = rest * v[i] + share * before[i];
  }

  std::vector<float> velocity(const std::vector<float>& x, float t, Evaluation evaluation, const std::vector<float>& before) {
    const bool guided = acts(t);
    run_.predict(x, t, guided ? Halves::both : Halves::conditional, v_);
    if (guided) guide(x, t, evaluation);
    std::vector<float> v = v_.cond;
    clamp(x, v);
    smooth(before, v);
    return v;
  }

  /// In the schedule for turbo; evenly spaced for the others, whatever their shift.
  float renoising_time(int64_t k) const {
    if (o_.form == SamplerForm::turbo) return time(k + 1);
    return static_cast<float>(1 - static_cast<double>(k + 1) / static_cast<double>(steps()));
  }

  void renoise(int64_t k, const std::vector<float>& clean) {
    const float t = renoising_time(k);
    x_ = clean;
    if (is_last(k)) return;
    run_.noise(k + 1, noise_);
    for (size_t i = 0; i < x_.size(); ++i) x_[i] = t * noise_[i] + (1 - t) * clean[i];
  }

  void step(int64_t k) {
    const float t = time(k), next = time(k + 1);
    std::vector<float> v = velocity(x_, t, Evaluation::predictor, before_);
    const std::vector<float> clean = minus(x_, v, t);
    if (o_.method == SamplingMethod::sde) {
      renoise(k, clean);
    } else if (corrects(k)) {
      const std::vector<float> predicted = minus(x_, v, t - next);
      const std::vector<float> corrector = velocity(predicted, next, Evaluation::corrector, v);
      for (size_t i = 0; i < v.size(); ++i) v[i] = 0.5F * (v[i] + corrector[i]);
      x_ = minus(x_, v, t - next);
    } else {
      x_ = minus(x_, v, t - next);
    }
    apply_dcw(o_.dcw, x_, clean, t, run_.shape);
    before_ = std::move(v);
  }

  const SamplerRun& run_;
  const SamplerOptions& o_;
  std::vector<float> times_;
  std::vector<float> x_, noise_;
  std::vector<float> before_;  ///< the velocity of the step before
  Velocities v_;
  ApgGuidance apg_;
};

}  // namespace

std::vector<float> sample_latents(const SamplerRun& run) { return Sampler(run).run(); }

}  // namespace sidestep
