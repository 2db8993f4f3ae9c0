#include <cmath>

#include "binding/engine.h"
#include "binding/path_param.h"
#include "binding/sample_params.h"
#include "binding/trainer_setup.h"
#include "models/encoder_plan.h"
#include "training/estimate.h"

namespace sidestep::binding {

namespace {

DeviceKind device_kind(const Json& params) { return device_from_name(params.string_or("device", "cpu")).kind; }

/// {samples, frames, tokens}, for samples that do not exist yet.
SampleLengths lengths_of(const Json& lengths) {
  return {.samples = lengths.at("samples").as_int(),
          .frames = lengths.at("frames").as_int(),
          .tokens = lengths.at("tokens").as_int()};
}

/// As open_trainer, or with {lengths} in place of the samples → {memory, shape}; nothing is loaded, no device is needed
const Method plan_training_method{
    "plan_training", [](const Request& request) -> Response {
      const Json& params = request.params;
      const TrainerSetup setup = trainer_setup(params);
      const PlannedRun run =
          params.contains("lengths") ? plan_training(setup, lengths_of(params.at("lengths"))) : plan_training(setup);
      return {Json::Object{{"memory", memory_json(run.memory)}, {"shape", shape_json(run.shape)}}, {}};
    }};

/// As estimate, or with {lengths} in place of the samples → {memory, shape: {longest_frames, longest_tokens}}
const Method plan_estimate_method{
    "plan_estimate", [](const Request& request) -> Response {
      const Json& params = request.params;
      const EstimateSetup setup{.model_folder = path_param(params, "model_folder"),
                                .samples = sample_files(params, "samples"),
                                .options = estimate_options_from_json(params.at("options")),
                                .compute_dtype = dtype_from_precision(params.string_or("precision", "f32")),
                                .device = device_kind(params)};
      const std::optional<SampleLengths> lengths =
          params.contains("lengths") ? std::optional(lengths_of(params.at("lengths"))) : std::nullopt;
      const BatchShape shape =
          lengths ? BatchShape{setup.options.batch_size, lengths->frames, lengths->tokens} : longest_batch(setup);
      return {Json::Object{{"memory", memory_json(plan_estimate(setup, shape))},
                           {"shape", Json::Object{{"longest_frames", shape.frames}, {"longest_tokens", shape.tokens}}}},
              {}};
    }};

Json::Object encoder_json(const EncoderPlan& plan) {
  return {
      {"weights_bytes", plan.weights_bytes}, {"activation_bytes", plan.activation_bytes}, {"total_bytes", plan.total_bytes()}};
}

/// {path, seconds, tile_duration, tile_overlap, device} → bytes for one song of that length
const Method plan_audio_method{
    "plan_audio_encoder", [](const Request& request) -> Response {
      const Json& params = request.params;
      const std::filesystem::path folder = path_param(params, "path");
      const auto rate = static_cast<double>(oobleck_config(read_config(folder)).sampling_rate);
      const auto samples = [&](const char* key) { return std::llround(params.number_or(key, 0) * rate); };
      std::optional<Tiling> tiling;
      if (samples("tile_duration") > 0) tiling = Tiling{samples("tile_duration"), samples("tile_overlap")};
      return {encoder_json(plan_audio_encoder(folder, samples("seconds"), tiling, device_kind(params))), {}};
    }};

/// {path, frames, device} → bytes for one clip of so many latent frames
const Method plan_decoder_method{
    "plan_audio_decoder", [](const Request& request) -> Response {
      const Json& params = request.params;
      const std::filesystem::path folder = path_param(params, "path");
      return {encoder_json(plan_audio_decoder(folder, params.at("frames").as_int(), device_kind(params))), {}};
    }};

/// {path, tokens, device}
const Method plan_text_method{
    "plan_text_encoder", [](const Request& request) -> Response {
      const Json& params = request.params;
      const std::filesystem::path folder = path_param(params, "path");
      return {encoder_json(plan_text_encoder(folder, params.at("tokens").as_int(), device_kind(params))), {}};
    }};

/// {path, text_tokens, lyric_tokens, reference_frames, device}
const Method plan_condition_method{"plan_condition_encoder", [](const Request& request) -> Response {
                                     const Json& params = request.params;
                                     const ConditionLengths lengths{.text_tokens = params.at("text_tokens").as_int(),
                                                                    .lyric_tokens = params.at("lyric_tokens").as_int(),
                                                                    .reference_frames = params.at("reference_frames").as_int()};
                                     const std::filesystem::path folder = path_param(params, "path");
                                     return {encoder_json(plan_condition_encoder(folder, lengths, device_kind(params))), {}};
                                   }};

}  // namespace

}  // namespace sidestep::binding
