#include "binding/engine.h"
#include "binding/handle.h"
#include "binding/path_param.h"
#include "models/qwen3.h"
#include "ops/transfer.h"

namespace sidestep::binding {

namespace {

constexpr const char* kKind = "text encoder";

/// A Qwen3 and its twin on the plan device, which knows how much memory a batch needs.
struct TextEncoder : Engine {
  explicit TextEncoder(const Json& params)
      : Engine(params),
        config(text_encoder_config(read_config(path_param(params, "path")))),
        stored(kept_dtype(path_param(params, "path"), "", DType::f32, stream.device().kind)),
        model(config, Weights::from_files(WeightFiles::open(path_param(params, "path")), "", DType::f32, stream)) {}

  TextEncoderConfig config;
  DType stored;
  Qwen3 model;
};

std::shared_ptr<TextEncoder> opened(const Request& request) {
  return Handles::instance().get<TextEncoder>(request.params.at("handle").as_int(), kKind);
}

std::span<const int64_t> ids_of(const ConstTensor& ids) { return {ids.data<int64_t>(), static_cast<size_t>(ids.numel())}; }

size_t arena_bytes(const TextEncoder& encoder, const ConstTensor& ids) {
  return measure_arena([&](Arena& arena, Stream& plan) {
    Qwen3 twin(encoder.config, Weights::random(0, DType::f32, plan, encoder.stored));
    const Storage y(DType::f32, {ids.dim(0), ids.dim(1), encoder.config.stack.hidden_size}, plan.device());
    twin.encode(ids_of(ids), y.tensor(), arena, plan);
  });
}

/// {path, device, threads} → {handle, hidden_size}
const Method open_method{"open_text_encoder", [](const Request& request) -> Response {
                           auto encoder = std::make_shared<TextEncoder>(request.params);
                           const int64_t width = encoder->config.stack.hidden_size;
                           const int64_t handle = Handles::instance().add(std::move(encoder), kKind);
                           return {Json::Object{{"handle", handle}, {"hidden_size", width}}, {}};
                         }};

/// {handle}, ids [B, T] i64 → hidden_states [B, T, D]
const Method encode_method{"encode_text", [](const Request& request) -> Response {
                             const auto encoder = opened(request);
                             const ConstTensor ids = request.input("ids", DType::i64, 2);
                             const Session session(*encoder, request);
                             const Device device = session.stream().device();
                             Arena arena(device, arena_bytes(*encoder, ids));
                             Storage hidden(DType::f32, {ids.dim(0), ids.dim(1), encoder->config.stack.hidden_size}, device);
                             encoder->model.encode(ids_of(ids), hidden.tensor(), arena, session.stream());
                             return {{}, {{"hidden_states", to_host(hidden.view(), session.stream())}}};
                           }};

/// {handle}, ids [B, T] i64 → hidden_states [B, T, D]: rows of the embedding table, what the lyric encoder reads
const Method embed_method{"embed_tokens", [](const Request& request) -> Response {
                            const auto encoder = opened(request);
                            const ConstTensor ids = request.input("ids", DType::i64, 2);
                            const Session session(*encoder, request);
                            const int64_t width = encoder->config.stack.hidden_size;
                            Storage rows(DType::f32, {ids.numel(), width}, session.stream().device());
                            Arena arena(session.stream().device(), arena_bytes(*encoder, ids));
                            encoder->model.embed(ids_of(ids), rows.tensor(), arena, session.stream());
                            Storage hidden = to_host(rows.view(), session.stream());
                            return {Json::Object{{"rows", ids.numel()}}, {{"hidden_states", hidden}}};
                          }};

}  // namespace

}  // namespace sidestep::binding
