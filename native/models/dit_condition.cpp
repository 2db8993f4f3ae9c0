#include "models/dit_condition.h"

#include "models/dit_attention.h"
#include "models/dit_forward.h"

namespace sidestep {

ConditionKeys Dit::condition_keys(ConstTensor condition, const std::vector<int64_t>& valid_tokens, const PassContext& pass,
                                  Arena& arena, Stream& stream) {
  DitTape tape;
  tape.first_layer = config_.stack.num_layers();
  const DitInput input{.x_t = {}, .context = {}, .condition = condition, .t = {}, .r = {}, .valid_tokens = valid_tokens};
  return DitForward{.dit = *this, .input = input, .tape = tape, .pass = pass, .arena = arena, .stream = stream}.make_keys();
}

/// The keys outlive the call; what they are made from does not.
ConditionKeys DitForward::make_keys() {
  check_condition();
  const StackConfig& stack = dit.config_.stack;
  tape.token_mask = prefix_mask(input.valid_tokens, 1, tokens());
  std::vector<DitAttentionKeys> made;
  for (const DitLayer& layer : dit.layers_) made.push_back(allocate_keys(layer.cross_attn, batch(), tokens(), pass, arena));
  const Arena::Scope scope(arena);
  embed_condition();
  const DitLayerPass layers{.stack = stack,
                            .pass = pass,
                            .arena = arena,
                            .stream = stream,
                            .layout = {},
                            .batch = batch(),
                            .patches = 0,
                            .tokens = tokens(),
                            .projection = {},
                            .condition = tape.embedded_condition,
                            .cos = {},
                            .sin = {}};
  ConditionKeys keys{.layers = {}, .samples = batch()};
  if (dit.streamed_) dit.streamed_->begin(stream);
  for (size_t i = 0; i < dit.layers_.size(); ++i) {
    stream.throw_if_cancelled();
    if (dit.streamed_) dit.streamed_->need(static_cast<int64_t>(i), stream);
    const Arena::Scope layer_scope(arena);
    dit_attention_keys(dit.layers_[i].cross_attn, tape.embedded_condition, made[i], layers);
    if (dit.streamed_) dit.streamed_->spend(static_cast<int64_t>(i), static_cast<int64_t>(i) + LayerStream::kPlaces, stream);
    keys.layers.push_back({made[i].k, made[i].v, tape.token_mask});
  }
  return keys;
}

}  // namespace sidestep
