#include <cmath>

#include "binding/engine.h"
#include "binding/handle.h"
#include "binding/path_param.h"
#include "models/oobleck_decode.h"
#include "ops/transfer.h"

namespace sidestep::binding {

namespace {

constexpr const char* kKind = "audio decoder";

struct AudioDecoder : Engine {
  explicit AudioDecoder(const Json& params) : Engine(params), model(open_oobleck_decoder(path_param(params, "path"), stream)) {}

  OobleckDecoder model;
};

/// {path, device, threads} → {handle, sampling_rate, hop, latent_channels}
const Method open_method{"open_audio_decoder", [](const Request& request) -> Response {
                           auto decoder = std::make_shared<AudioDecoder>(request.params);
                           const OobleckConfig config = decoder->model.config;
                           const int64_t handle = Handles::instance().add(std::move(decoder), kKind);
                           return {Json::Object{{"handle", handle},
                                                {"sampling_rate", config.sampling_rate},
                                                {"hop", config.hop()},
                                                {"latent_channels", config.decoder_input_channels}},
                                   {}};
                         }};

/// {handle, piece_frames (0: what suits the device)}, latents [T, C] f32 → audio [channels, samples] f32; emits {progress}
const Method decode_method{"decode_audio", [](const Request& request) -> Response {
                             const auto decoder =
                                 Handles::instance().get<AudioDecoder>(request.params.at("handle").as_int(), kKind);
                             const Session session(*decoder, request);
                             const OobleckDecode job{.latents = request.input("latents", DType::f32, 2),
                                                     .piece_frames = request.params.int_or("piece_frames", 0),
                                                     .on_progress = [&request](double share) {
                                                       request.emit(Json::Object{{"progress", share}});
                                                     }};
                             return {{}, {{"audio", oobleck_decode_song(decoder->model, job, session.stream())}}};
                           }};

}  // namespace

}  // namespace sidestep::binding
