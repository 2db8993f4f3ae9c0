#include <cmath>

#include "binding/engine.h"
#include "binding/handle.h"
#include "core/error.h"
#include "models/song_encoder.h"

namespace sidestep::binding {

namespace {

constexpr const char* kKind = "audio encoder";

struct AudioEncoder : Engine {
  explicit AudioEncoder(const Json& params)
      : Engine(params), model(open_oobleck_encoder(params.at("path").as_string(), stream)) {}

  OobleckEncoder model;
};

Normalize normalize_named(const std::string& name) {
  if (name == "none") return Normalize::none;
  if (name == "peak") return Normalize::peak;
  if (name == "loudness") return Normalize::loudness;
  throw Error("native/argument-invalid", "Expected normalize to be none, peak or loudness but found \"" + name + "\"");
}

Posterior posterior_named(const std::string& name) {
  if (name == "sample") return Posterior::sample;
  if (name == "mean") return Posterior::mean;
  throw Error("native/argument-invalid", "Expected latents to be sample or mean but found \"" + name + "\"");
}

/// Seconds to whole audio samples at the VAE's rate; 0 seconds means no tiles.
std::optional<Tiling> tiling_of(const Json& params, int64_t rate) {
  const double duration = params.number_or("tile_duration", 0), overlap = params.number_or("tile_overlap", 0);
  if (duration <= 0) return std::nullopt;
  return Tiling{std::llround(duration * static_cast<double>(rate)), std::llround(overlap * static_cast<double>(rate))};
}

EncodeSong job_of(const Request& request, const OobleckConfig& config) {
  const Json& params = request.params;
  EncodeSong job;
  job.audio = request.input("audio", DType::f32, 2);
  job.sample_rate = params.at("sample_rate").as_int();
  job.resample_filter = audio::resample_filter(params.at("resampler").as_string());
  job.max_duration = params.number_or("max_duration", 0);
  job.normalize = normalize_named(params.at("normalize").as_string());
  job.peak_target = params.number_or("peak_target", job.peak_target);
  job.loudness_target = params.number_or("loudness_target", job.loudness_target);
  job.tiling = tiling_of(params, config.sampling_rate);
  job.posterior = posterior_named(params.at("latents").as_string());
  job.seed = static_cast<uint64_t>(params.int_or("seed", 0));
  job.sample = static_cast<uint64_t>(params.int_or("sample", 0));
  job.on_progress = [&request](double share) { request.emit(Json::Object{{"progress", share}}); };
  return job;
}

/// {path, device, threads} → {handle, sampling_rate, hop}
const Method open_method{"open_audio_encoder", [](const Request& request) -> Response {
                           auto encoder = std::make_shared<AudioEncoder>(request.params);
                           const OobleckConfig config = encoder->model.config;
                           const int64_t handle = Handles::instance().add(std::move(encoder), kKind);
                           return {Json::Object{{"handle", handle},
                                                {"sampling_rate", config.sampling_rate},
                                                {"hop", config.hop()}},
                                   {}};
                         }};

/// {handle, sample_rate, resampler, max_duration, normalize, peak_target, loudness_target, latents, seed, sample,
///  tile_duration, tile_overlap}, audio [channels, samples] f32 → latents [T, latent channels] f32; emits {progress}
const Method encode_method{"encode_audio", [](const Request& request) -> Response {
                             const auto encoder =
                                 Handles::instance().get<AudioEncoder>(request.params.at("handle").as_int(), kKind);
                             const Session session(*encoder, request);
                             const Storage latents =
                                 encode_song(encoder->model, job_of(request, encoder->model.config), session.stream());
                             return {{}, {{"latents", latents}}};
                           }};

}  // namespace

}  // namespace sidestep::binding
