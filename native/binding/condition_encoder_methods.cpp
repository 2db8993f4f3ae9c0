#include "binding/engine.h"
#include "binding/handle.h"
#include "binding/path_param.h"
#include "models/condition_encoder.h"
#include "ops/transfer.h"

namespace sidestep::binding {

namespace {

constexpr const char* kKind = "condition encoder";

struct OpenConditionEncoder : Engine {
  explicit OpenConditionEncoder(const Json& params)
      : Engine(params),
        config(condition_encoder_config(read_config(path_param(params, "path")))),
        stored(kept_dtype(path_param(params, "path"), "encoder.", DType::f32, stream.device().kind)),
        model(config, Weights::from_files(WeightFiles::open(path_param(params, "path")), "", DType::f32, stream)) {}

  ConditionEncoderConfig config;
  DType stored;
  ConditionEncoder model;
};

std::vector<uint8_t> mask_of(const ConstTensor& mask) { return {mask.data<uint8_t>(), mask.data<uint8_t>() + mask.numel()}; }

/// What training programs of upstream give where there is no reference recording: one frame of zeros.
Storage no_reference(int64_t channels) { return Storage(DType::f32, {1, 1, channels}); }

/// The caller's reference latents on the encoder's device, else none.
Storage reference_of(const Request& request, const OpenConditionEncoder& encoder, Stream& stream) {
  if (!request.inputs.contains("reference")) return on_device(no_reference(encoder.config.timbre_hidden_dim).view(), stream);
  return on_device(request.input("reference", DType::f32, 3), stream);
}

size_t arena_bytes(const OpenConditionEncoder& encoder, const ConditionInput& input, const Shape& hidden) {
  return measure_arena([&](Arena& arena, Stream& plan) {
    ConditionEncoder twin(encoder.config, Weights::random(0, DType::f32, plan, encoder.stored));
    const auto planned = [&](const ConstTensor& tensor) { return Storage(tensor.dtype(), tensor.shape(), plan.device()); };
    const Storage lyrics = planned(input.lyrics), text = planned(input.text), references = planned(input.references);
    ConditionInput twin_input = input;
    twin_input.lyrics = lyrics.view();
    twin_input.text = text.view();
    twin_input.references = references.view();
    const Storage y(DType::f32, hidden, plan.device());
    twin.forward(twin_input, y.tensor(), arena, plan);
  });
}

/// {path, device, threads} → {handle, hidden_size}
const Method open_method{"open_condition_encoder", [](const Request& request) -> Response {
                           auto encoder = std::make_shared<OpenConditionEncoder>(request.params);
                           const int64_t width = encoder->config.lyric.hidden_size;
                           const int64_t handle = Handles::instance().add(std::move(encoder), kKind);
                           return {Json::Object{{"handle", handle}, {"hidden_size", width}}, {}};
                         }};

/// {handle}, lyrics [1, Ll, D], lyric_mask [1, Ll], text [1, Lt, D], text_mask [1, Lt], optionally reference [1, Tr, C] f32
///   → encoder_hidden_states [L, De], encoder_attention_mask [L] u8
const Method encode_method{
    "encode_condition", [](const Request& request) -> Response {
      const auto encoder = Handles::instance().get<OpenConditionEncoder>(request.params.at("handle").as_int(), kKind);
      const Session session(*encoder, request);
      const Device device = session.stream().device();
      ConditionInput input;
      const Storage lyrics = on_device(request.input("lyrics", DType::f32, 3), session.stream());
      const Storage text = on_device(request.input("text", DType::f32, 3), session.stream());
      const Storage references = reference_of(request, *encoder, session.stream());
      input.lyrics = lyrics.view();
      input.lyric_mask = mask_of(request.input("lyric_mask", DType::u8, 2));
      input.text = text.view();
      input.text_mask = mask_of(request.input("text_mask", DType::u8, 2));
      input.references = references.view();
      input.owners = {0};
      const int64_t length = ConditionEncoder::sequence_length(input);
      const Shape shape{1, length, encoder->config.lyric.hidden_size};
      Storage hidden(DType::f32, shape, device);
      Arena arena(device, arena_bytes(*encoder, input, shape));
      const std::vector<uint8_t> mask = encoder->model.forward(input, hidden.tensor(), arena, session.stream());
      Storage mask_out(DType::u8, {length});
      std::copy(mask.begin(), mask.end(), mask_out.tensor().data<uint8_t>());
      return {{}, {{"encoder_hidden_states", to_host(hidden.view(), session.stream())}, {"encoder_attention_mask", mask_out}}};
    }};

}  // namespace

}  // namespace sidestep::binding
