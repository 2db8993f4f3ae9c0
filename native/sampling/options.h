#pragma once
#include <cstdint>
#include <vector>

#include "core/json.h"
#include "core/option_defaults.generated.h"

namespace sidestep {

/// Which of upstream's two samplers: turbo models are distilled to eight steps without guidance.
enum class SamplerForm : uint8_t { base, turbo };
/// ode: along the predicted velocity. sde: to the predicted clean latents, then noised again to the next timestep.
enum class SamplingMethod : uint8_t { ode, sde };
/// heun: a second evaluation at the step's end corrects an ode step; sde steps are euler's, as upstream's.
enum class Solver : uint8_t { euler, heun };
enum class Guidance : uint8_t { none, cfg, apg, adg };

/// DCW, a correction of the state after every step against the predicted clean latents, by Haar bands along time. Upstream
/// added it in May 2026, there on by default where its optional package is installed.
struct DcwOptions {
  enum class Bands : uint8_t { none, low, high, both, all_alike } bands = Bands::none;
  double scaler = defaults::generate::dcw::scaler;            ///< of the one band; of the low one with `both`. Times t.
  double high_scaler = defaults::generate::dcw::high_scaler;  ///< of the high band with `both`
};

/// All that decides a generation, without model, condition and noise. Names as in JSON. What goes by the kind of model (form,
/// steps, shift, scale) has no default here: what these are before they are set is no guidance, and times that nothing shifts.
struct SamplerOptions {
  SamplerForm form = SamplerForm::base;
  SamplingMethod method = SamplingMethod::ode;
  Solver solver = Solver::euler;
  int64_t steps = 1;
  double shift = 1;  ///< above 1: more steps at high noise
  Guidance guidance = Guidance::apg;
  double guidance_scale = 1;  ///< up to 1: none
  /// Timesteps between which guidance acts, both inclusive.
  double interval_start = defaults::generate::interval[0], interval_end = defaults::generate::interval[1];
  double velocity_norm_threshold = defaults::generate::velocity_norm_threshold;  ///< |v| is at most this times |x|; 0: off
  double velocity_ema_factor = defaults::generate::velocity_ema_factor;  ///< share of the step before in a velocity; 0: off
  std::vector<double> timesteps{};                                       ///< turbo: in place of a schedule, 20 at most
  DcwOptions dcw{};

  /// Whether any step needs the null condition's velocity.
  bool guided() const { return form == SamplerForm::base && guidance != Guidance::none && guidance_scale > 1; }
};

/// {turbo, steps, shift, guidance_scale: these must be there; method, solver, guidance, guidance_interval: [start, end],
///  velocity_norm_threshold, velocity_ema_factor, timesteps, dcw: {mode: low | high | double | pix, scaler, high_scaler}: what is
/// absent has the default of a generate stage.
/// Throws native/json-missing-key, generate/option-unknown, generate/option-invalid: which, found, expected.
SamplerOptions sampler_options_from_json(const Json& json);

}  // namespace sidestep
