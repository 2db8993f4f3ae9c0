#include "models/condition_encoder.h"
#include "golden/golden.h"
#include "golden/model_case.h"

namespace sidestep::golden {
namespace {

using Observe = std::function<void(std::string_view, ConstTensor)>;

std::vector<uint8_t> mask_of(const CaseInputs& in, const std::string& name) {
  std::vector<uint8_t> mask;
  for (const int64_t value : in.numbers(name)) mask.push_back(value != 0 ? 1 : 0);
  return mask;
}

/// The case's masks and owners, with tensors still to be given.
ConditionInput host_input(const CaseInputs& in) {
  return {.lyrics = {},
          .lyric_mask = mask_of(in, "lyric_attention_mask"),
          .text = {},
          .text_mask = mask_of(in, "text_attention_mask"),
          .references = {},
          .owners = in.numbers("refer_order_mask")};
}

size_t plan_arena(const ConditionEncoderConfig& config, DType dtype, DType stored, const CaseInputs& in) {
  const Device device{.kind = DeviceKind::plan};
  Stream stream(device);
  Arena arena(device, 0);
  ConditionInput input = host_input(in);
  input.lyrics = in.planned("lyric_hidden_states");
  input.text = in.planned("text_hidden_states");
  input.references = in.planned("refer_audio");
  const Shape shape{input.lyrics.dim(0), ConditionEncoder::sequence_length(input), config.lyric.hidden_size};
  ConditionEncoder encoder(config, Weights::random(0, dtype, stream, stored));
  encoder.forward(input, Tensor(nullptr, DType::f32, shape, device), arena, stream, [](std::string_view, ConstTensor) {});
  return arena.high_water();
}

/// Lyric, timbre and text parts, then the packed sequence and its mask.
void judge_condition_encoder(const Case& c, Report& report, Stream& stream) {
  const ConditionEncoderConfig config = condition_encoder_config(c.config);
  CaseInputs in(c, stream);
  ConditionInput input = host_input(in);
  input.lyrics = in("lyric_hidden_states");
  input.text = in("text_hidden_states");
  input.references = in("refer_audio");
  const DType stored = kept_matrices(c.compute_dtype, stream.device().kind);
  Arena arena(stream.device(), plan_arena(config, c.compute_dtype, stored, in));
  ConditionEncoder encoder(config, case_weights(c, stream));
  const int64_t batch = input.lyrics.dim(0), length = ConditionEncoder::sequence_length(input);
  const Storage hidden(DType::f32, {batch, length, config.lyric.hidden_size}, stream.device());
  CaseOutputs outputs(stream);
  const std::vector<uint8_t> mask = encoder.forward(input, hidden.tensor(), arena, stream,
                                                    [&](std::string_view name, ConstTensor value) { outputs.keep(name, value); });
  outputs.keep("encoder_hidden_states", hidden.view());
  outputs.keep_mask("encoder_attention_mask", mask, {batch, length});
  std::vector<uint8_t> timbre_mask;
  for (const TokenSequence& own : assign_references(input.owners, batch, 0, 0)) {
    timbre_mask.insert(timbre_mask.end(), own.mask.begin(), own.mask.end());
  }
  outputs.keep_mask("timbre_mask", timbre_mask, {batch, static_cast<int64_t>(timbre_mask.size()) / batch});
  outputs.judge(c, report);
}

const Kind condition_encoder_kind{"condition_encoder", judge_condition_encoder};

}  // namespace
}  // namespace sidestep::golden
