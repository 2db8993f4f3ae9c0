#include "golden/golden.h"
#include "golden/model_case.h"
#include "models/qwen3.h"

namespace sidestep::golden {
namespace {

size_t plan_arena(const TextEncoderConfig& config, DType dtype, DType stored, const std::vector<int64_t>& ids,
                  const Shape& shape) {
  const Device device{.kind = DeviceKind::plan};
  Stream stream(device);
  Arena arena(device, 0);
  Qwen3(config, Weights::random(0, dtype, stream, stored)).encode(ids, Tensor(nullptr, dtype, shape, device), arena, stream);
  return arena.high_water();
}

/// Text states after the final norm, each layer's output, and raw embedding rows for lyrics.
void judge_qwen3_encoder(const Case& c, Report& report, Stream& stream) {
  const TextEncoderConfig config = text_encoder_config(c.config);
  const CaseInputs in(c, stream);
  const std::vector<int64_t> ids = in.numbers("input_ids"), lyric_ids = in.numbers("lyric_ids");
  const auto states_of = [&](const std::string& name) {
    const Shape batch = c.file.tensor("in/" + name).shape();
    return Shape{batch[0], batch[1], config.stack.hidden_size};
  };
  const Storage states(c.compute_dtype, states_of("input_ids"), stream.device());
  const Storage lyrics(c.compute_dtype, states_of("lyric_ids"), stream.device());
  const DType stored = kept_matrices(c.compute_dtype, stream.device().kind);
  const size_t needed = plan_arena(config, c.compute_dtype, stored, ids, states.tensor().shape());
  Arena arena(stream.device(), needed + sizeof(int64_t) * lyric_ids.size());
  Qwen3 encoder(config, case_weights(c, stream));
  CaseOutputs outputs(stream);
  encoder.encode(ids, states.tensor(), arena, stream,
                 [&](std::string_view name, ConstTensor value) { outputs.keep(name, value); });
  const auto lyric_rows = static_cast<int64_t>(lyric_ids.size());
  encoder.embed(lyric_ids, lyrics.tensor().reshape({lyric_rows, config.stack.hidden_size}), arena, stream);
  outputs.keep("last_hidden_state", states.view());
  outputs.keep("lyric_embeddings", lyrics.view());
  outputs.judge(c, report);
}

const Kind qwen3_encoder_kind{"qwen3_encoder", judge_qwen3_encoder};

}  // namespace
}  // namespace sidestep::golden
