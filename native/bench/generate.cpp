#include "bench/commands.h"
#include "bench/stream.h"
#include "core/philox.h"
#include "models/oobleck_decode.h"
#include "sampling/generation_plan.h"

namespace sidestep::bench {
namespace {

constexpr double kLatentHz = 25;

Storage random_rows(int64_t rows, int64_t width) {
  Storage storage(DType::f32, {rows, width});
  for (int64_t i = 0; i < rows * width; ++i)
    storage.tensor().data<float>()[i] = normal({.seed = 1, .purpose = Purpose::fixture}, static_cast<uint64_t>(i));
  return storage;
}

}  // namespace

int generate_command(const std::vector<std::string>& words) {
  const Arguments arguments(
      words, {"config", "latents", "condition", "steps", "threads", "backend", "precision", "guidance", "halves"}, {"json"});
  Stream stream = open_stream(arguments);
  const DitConfig config = dit_config(config_of(arguments));
  const int64_t steps = arguments.count_or("steps", 8);
  GenerationRequest request{.model = config,
                            .compute_dtype = compute_dtype(arguments, stream),
                            .frames = arguments.count_or("latents", 1500),
                            .tokens = arguments.count_or("condition", 256),
                            .guided = arguments.text_or("guidance", "on") == "on"};
  request.halves = arguments.has("halves") && arguments.text("halves") == "together" ? HalvesRun::together
                                                                                     : choose_halves(request, stream.device());
  const GenerationPlan plan = plan_generation(request);
  PeakMeter meter(stream, request.compute_dtype);
  meter.sample();

  Arena arena(stream.device(), plan.arena_bytes);
  Dit model(config, Weights::random(1, request.compute_dtype, stream));
  const Storage condition = random_rows(request.tokens, config.condition_size),
                context = random_rows(request.frames, config.context_channels());
  const Storage state = random_rows(request.frames, config.audio_acoustic_hidden_dim);
  Denoiser denoiser(
      model, {.condition = condition.view(), .context = context.view(), .guided = request.guided, .halves = request.halves},
      {arena, stream});
  const std::span<const float> x(state.view().data<float>(), static_cast<size_t>(state.view().numel()));
  Velocities v;
  ApgGuidance guidance;
  const auto step = [&] {
    denoiser.predict(x, 0.5F, request.guided ? Halves::both : Halves::conditional, v);
    if (request.guided) guidance.apply(v, {request.frames, config.audio_acoustic_hidden_dim}, 7);
  };
  const StepFigures figures = measure_steps(step, steps, meter, stream);
  const double seconds_of_audio = static_cast<double>(request.frames) / kLatentHz;
  print(figures,
        {{"halves", request.halves == HalvesRun::together ? "together" : "apart"},
         {"realtime_factor", seconds_of_audio / (static_cast<double>(steps) * figures.median_seconds)},
         {"weights_bytes", plan.weights_bytes},
         {"arena_bytes", plan.arena_bytes},
         {"planned_bytes", plan.total_bytes()}},
        format(arguments));
  return 0;
}

int decode_audio_command(const std::vector<std::string>& words) {
  const Arguments arguments(words, {"config", "latents", "steps", "threads", "backend", "piece"}, {"json"});
  Stream stream = open_stream(arguments);
  const OobleckConfig config = oobleck_config(config_of(arguments));
  const Storage latents = random_rows(arguments.count_or("latents", 250), config.decoder_input_channels);
  Stream host(Device{}, std::make_shared<ThreadPool>(1));
  const OobleckDecoder decoder = load_oobleck_decoder(config, Weights::random(1, DType::f32, host), stream);
  PeakMeter meter(stream, DType::f32);
  meter.sample();
  const OobleckDecode job{.latents = latents.view(), .piece_frames = arguments.count_or("piece", 0)};
  const StepFigures figures =
      measure_steps([&] { oobleck_decode_song(decoder, job, stream); }, arguments.count_or("steps", 3), meter, stream);
  print(figures, {{"realtime_factor", static_cast<double>(latents.view().dim(0)) / kLatentHz / figures.seconds}},
        format(arguments));
  return 0;
}

}  // namespace sidestep::bench
