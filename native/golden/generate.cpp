// Judge of whole generations: upstream's generate_audio on a tiny model, its noise and its renoising draws recorded.
#include "sampling/generate.h"
#include "core/error.h"
#include "golden/model_case.h"

namespace sidestep::golden {
namespace {

/// What a case records of one sample of its batch.
struct Recorded {
  const Case& c;
  int64_t sample;

  ConstTensor of(const std::string& name) const { return c.file.tensor("in/" + name).select(0, sample); }
  ConstTensor draw(int64_t index) const {
    return index == 0 ? of("noise") : c.file.tensor("in/renoise").select(0, index - 1).select(0, sample);
  }
};

/// Outputs of the batch, filled one sample at a time.
struct Outputs {
  explicit Outputs(const Case& c)
      : latents(DType::f32, c.file.tensor("in/noise").shape()),
        first(DType::f32, latents.view().shape()),
        second(DType::f32, latents.view().shape()) {}
  Storage latents, first, second;
  std::vector<float> timesteps;

  static void put(const Storage& to, int64_t sample, std::span<const float> values) {
    std::copy(values.begin(), values.end(), to.tensor().select(0, sample).data<float>());
  }
};

SamplerOptions recorded_options(const Json& config) {
  Json::Object sampler = config.at("sampler").as_object();
  sampler["turbo"] = config.at("variant").as_string().find("turbo") != std::string::npos;
  return sampler_options_from_json(sampler);
}

size_t plan_arena(const Case& c, const DitConfig& config, const DenoiserInput& input) {
  const Device device{.kind = DeviceKind::plan};
  Stream stream(device);
  Arena arena(device, 0);
  Dit model(config, Weights::random(0, c.compute_dtype, stream, DType::f32));
  Denoiser denoiser(model, input, {arena, stream});
  Velocities ignored;
  const std::vector<float> x(static_cast<size_t>(input.context.dim(0) * config.audio_acoustic_hidden_dim));
  denoiser.predict(x, 1, input.guided ? Halves::both : Halves::conditional, ignored);
  return arena.high_water();
}

void run_sample(const Case& c, const SamplerOptions& options, Dit& model, int64_t sample, Outputs& out, Stream& stream) {
  const Recorded recorded{c, sample};
  const ConstTensor noise = recorded.of("noise");
  const DenoiserInput input{.condition = recorded.of("encoder_hidden_states"),
                            .context = recorded.of("context_latents"),
                            .guided = options.guided(),
                            .halves = sample % 2 == 0 ? HalvesRun::apart : HalvesRun::together};
  Arena arena(stream.device(), plan_arena(c, model.config(), input));
  Denoiser denoiser(model, input, {arena, stream});
  size_t evaluations = 0;
  const SamplerRun run{.options = options,
                       .shape = {noise.dim(0), noise.dim(1)},
                       .predict =
                           [&](std::span<const float> x, float t, Halves halves, Velocities& v) {
                             if (evaluations == 0) Outputs::put(out.first, sample, x);
                             if (evaluations == 1) Outputs::put(out.second, sample, x);
                             ++evaluations;
                             if (sample == 0) out.timesteps.push_back(t);
                             denoiser.predict(x, t, halves, v);
                           },
                       .noise =
                           [&](int64_t draw, std::span<float> to) {
                             const ConstTensor from = recorded.draw(draw);
                             std::copy_n(from.data<float>(), from.numel(), to.begin());
                           }};
  Outputs::put(out.latents, sample, sample_latents(run));
}

void judge_generate(const Case& c, Report& report, Stream& stream) {
  const SamplerOptions options = recorded_options(c.config);
  Dit model(dit_config(c.config), case_weights(c, stream));
  Outputs out(c);
  for (int64_t sample = 0; sample < out.latents.view().dim(0); ++sample) run_sample(c, options, model, sample, out, stream);
  CaseOutputs outputs(stream);
  outputs.keep("latents", out.latents.view());
  outputs.keep("first_state", out.first.view());
  outputs.keep("second_state", out.second.view());
  outputs.keep("evaluated_timesteps",
               ConstTensor(out.timesteps.data(), DType::f32, Shape{static_cast<int64_t>(out.timesteps.size())}));
  outputs.judge(c, report);
}

const Kind generate_kind{"generate", judge_generate};

}  // namespace
}  // namespace sidestep::golden
