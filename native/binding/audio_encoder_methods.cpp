#include <cmath>
#include <memory>
#include <optional>

#include "binding/engine.h"
#include "binding/handle.h"
#include "binding/named_value.h"
#include "binding/path_param.h"
#include "core/error.h"
#include "models/song_encoder.h"

namespace sidestep::binding {

namespace {

constexpr const char* kKind = "audio encoder";

struct AudioEncoder : Engine {
  explicit AudioEncoder(const Json& params) : Engine(params), model(open_oobleck_encoder(path_param(params, "path"), stream)) {}

  OobleckEncoder model;
};

constexpr Names<Normalize, 3> kNormalize{
    {{"none", Normalize::none}, {"peak", Normalize::peak}, {"loudness", Normalize::loudness}}};
constexpr Names<Posterior, 2> kPosterior{{{"sample", Posterior::sample}, {"mean", Posterior::mean}}};

/// Seconds to whole audio samples at the VAE's rate; 0 seconds means no tiles.
std::optional<Tiling> tiling_of(const Json& params, int64_t rate) {
  const double duration = params.number_or("tile_duration", 0), overlap = params.number_or("tile_overlap", 0);
  if (duration <= 0) return std::nullopt;
  return Tiling{std::llround(duration * static_cast<double>(rate)), std::llround(overlap * static_cast<double>(rate))};
}

SongOptions options_of(const Json& params, const OobleckConfig& config) {
  SongOptions options;
  options.resample_filter = audio::resample_filter(params.at("resampler").as_string());
  options.max_duration = params.number_or("max_duration", 0);
  options.normalize = named_value("normalize", params.at("normalize").as_string(), kNormalize);
  options.peak_target = params.number_or("peak_target", options.peak_target);
  options.loudness_target = params.number_or("loudness_target", options.loudness_target);
  options.latents.tiling = tiling_of(params, config.sampling_rate);
  options.latents.posterior = named_value("latents", params.at("latents").as_string(), kPosterior);
  options.latents.seed = static_cast<uint64_t>(params.int_or("seed", 0));
  options.latents.sample = static_cast<uint64_t>(params.int_or("sample", 0));
  return options;
}

/// A song on its way through the encoder. With normalisation it is heard twice: measured, then encoded.
struct Song {
  Song(std::shared_ptr<AudioEncoder> of, const SongOptions& given) : encoder(std::move(of)), options(given) {
    if (options.normalize == Normalize::none)
      begin_encoding(1.F);
    else
      level.emplace(encoder->model.config, options);
  }
  void begin_encoding(float gain) { encoding.emplace(encoder->model, options, gain, encoder->stream); }

  std::shared_ptr<AudioEncoder> encoder;
  SongOptions options;
  std::optional<SongLevel> level;       ///< while it is measured
  std::optional<SongEncoder> encoding;  ///< afterwards, until its end
};

constexpr const char* kSongKind = "song";

[[noreturn]] void song_ended() { throw Error("native/handle-closed", "This song has ended", "Open it again before using it."); }

/// {path, device, threads} → {handle, sampling_rate, hop}
const Method open_method{
    "open_audio_encoder", [](const Request& request) -> Response {
      auto encoder = std::make_shared<AudioEncoder>(request.params);
      const OobleckConfig config = encoder->model.config;
      const int64_t handle = Handles::instance().add(std::move(encoder), kKind);
      return {Json::Object{{"handle", handle}, {"sampling_rate", config.sampling_rate}, {"hop", config.hop()}}, {}};
    }};

/// {handle, resampler, max_duration, normalize, peak_target, loudness_target, latents, seed, sample, tile_duration,
///  tile_overlap} → {handle of the song, passes}: all of the song is pushed and ended so many times
const Method open_song_method{
    "open_song", [](const Request& request) -> Response {
      auto encoder = Handles::instance().get<AudioEncoder>(request.params.at("handle").as_int(), kKind);
      const Session session(*encoder, request);
      const SongOptions options = options_of(request.params, encoder->model.config);
      auto song = std::make_shared<Song>(encoder, options);
      const int64_t passes = song->level ? 2 : 1;
      return {Json::Object{{"handle", Handles::instance().add(std::move(song), kSongKind)}, {"passes", passes}}, {}};
    }};

/// {handle, sample_rate}, audio [channels, samples] f32
const Method push_audio_method{
    "push_audio", [](const Request& request) -> Response {
      const auto song = Handles::instance().get<Song>(request.params.at("handle").as_int(), kSongKind);
      const Session session(*song->encoder, request);
      const SongPiece piece{request.input("audio", DType::f32, 2), request.params.at("sample_rate").as_int()};
      if (song->level)
        song->level->push(piece, session.stream().pool());
      else if (song->encoding)
        song->encoding->push(piece, session.stream());
      else
        song_ended();
      return {};
    }};

/// {handle}, after the last piece; of the last pass → latents [T, latent channels] f32
const Method end_audio_method{"end_audio", [](const Request& request) -> Response {
                                const auto song = Handles::instance().get<Song>(request.params.at("handle").as_int(), kSongKind);
                                const Session session(*song->encoder, request);
                                if (song->level) {
                                  song->begin_encoding(song->level->gain(session.stream().pool()));
                                  song->level.reset();
                                  return {};
                                }
                                if (!song->encoding) song_ended();
                                const Storage latents = song->encoding->finish(session.stream());
                                song->encoding.reset();
                                return {{}, {{"latents", latents}}};
                              }};

/// {handle, sample_rate, and what open_song takes}, audio [channels, samples] f32 → latents [T, latent channels] f32
const Method encode_method{
    "encode_audio", [](const Request& request) -> Response {
      const auto encoder = Handles::instance().get<AudioEncoder>(request.params.at("handle").as_int(), kKind);
      const Session session(*encoder, request);
      const SongPiece song{request.input("audio", DType::f32, 2), request.params.at("sample_rate").as_int()};
      const SongOptions options = options_of(request.params, encoder->model.config);
      return {{}, {{"latents", encode_song(encoder->model, song, options, session.stream())}}};
    }};

}  // namespace

}  // namespace sidestep::binding
