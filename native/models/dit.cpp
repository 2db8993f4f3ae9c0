#include "models/dit.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "models/dit_forward.h"
#include "models/dit_reach.h"

namespace sidestep {

namespace {

/// Conv1d with stride = kernel over latent frames, as a linear layer over flattened patches.
Linear load_patch_conv(const Weights& weights, const DitConfig& config) {
  const int64_t hidden = config.stack.hidden_size, in = config.in_channels, taps = config.patch_size;
  return {.name = "proj_in.1",
          .weight = weights.permuted("proj_in.1.weight", {hidden, in, taps}, 1, 2, {hidden, taps * in}),
          .bias = weights.tensor("proj_in.1.bias", {hidden}),
          .kernel = taps};
}

/// ConvTranspose1d with stride = kernel: one patch of frames from every row.
Linear load_unpatch_conv(const Weights& weights, const DitConfig& config) {
  const int64_t hidden = config.stack.hidden_size, out = config.audio_acoustic_hidden_dim, taps = config.patch_size;
  return {.name = "proj_out.1",
          .weight = weights.permuted("proj_out.1.weight", {hidden, out, taps}, 0, 2, {taps * out, hidden}),
          .bias = weights.repeated("proj_out.1.bias", {out}, taps)};
}

}  // namespace

Dit::Dit(const DitConfig& config, const Weights& weights, NullCondition null_condition, std::optional<int64_t> resident_layers)
    : config_(config), weights_(weights), rope_(config.stack.head_dim, config.stack.rope_theta) {
  const Weights coded = weights.below("decoder."), decoder = coded.without_codes();
  const int64_t hidden = config.stack.hidden_size;
  proj_in_ = load_patch_conv(decoder, config);
  time_embed_ = TimestepEmbedder::load(decoder, "time_embed", hidden);
  time_embed_r_ = TimestepEmbedder::load(decoder, "time_embed_r", hidden);
  condition_embedder_ = load_linear(decoder, "condition_embedder", config.condition_size, hidden, Bias::present);
  const int64_t resident = std::min(resident_layers.value_or(config.stack.num_layers()), config.stack.num_layers());
  for (int64_t i = 0; i < resident; ++i) layers_.push_back(DitLayer::load(coded, i, config.stack));
  if (resident < config.stack.num_layers()) streamed_ = std::make_unique<LayerStream>(weights.device(), resident);
  for (int64_t i = resident; i < config.stack.num_layers(); ++i) {
    const Weights host = coded.on_host();  // frees what it converted before the next layer
    layers_.push_back(DitLayer::load(host, i, config.stack));
    streamed_->take(layers_.back(), weights.dtype());
  }
  norm_out_ = decoder.tensor("norm_out.weight", {hidden});
  scale_shift_table_ = decoder.tensor("scale_shift_table", {1, 2, hidden}).reshape({2, hidden});
  proj_out_ = load_unpatch_conv(decoder, config);
  if (null_condition == NullCondition::load) {
    null_condition_ = weights.tensor("null_condition_emb", {1, 1, config.condition_size}).reshape({config.condition_size});
  }
}

void Dit::reserve(int64_t frames, Stream& stream) {
  rope_.ensure((frames + config_.patch_size - 1) / config_.patch_size, stream);
}

size_t Dit::owned_bytes() const { return weights_.owned_bytes() + rope_.bytes() + (streamed_ ? streamed_->device_bytes() : 0); }

void Dit::for_each_group(const std::function<void(const std::vector<Linear*>&)>& visit) {
  for (DitLayer& layer : layers_) {
    DitAttention &self = layer.self_attn, &cross = layer.cross_attn;
    visit({&self.q_proj, &self.k_proj, &self.v_proj});
    visit({&self.o_proj});
    visit({&cross.q_proj});
    visit({&cross.k_proj, &cross.v_proj});
    visit({&cross.o_proj});
    visit({&layer.gate_proj, &layer.up_proj});
    visit({&layer.down_proj});
  }
  visit({&proj_in_});
  for (TimestepEmbedder* embedder : {&time_embed_, &time_embed_r_})
    for (Linear* linear : {&embedder->linear_1, &embedder->linear_2, &embedder->time_proj}) visit({linear});
  visit({&condition_embedder_});
}

void Dit::for_each_linear(const std::function<void(Linear&)>& visit) {
  for_each_group([&](const std::vector<Linear*>& group) {
    for (Linear* linear : group) visit(*linear);
  });
}

Linear& Dit::linear(std::string_view name) {
  Linear* found = nullptr;
  for_each_linear([&](Linear& linear) {
    if (linear.name == name) found = &linear;
  });
  if (found) return *found;
  throw Error("native/unknown-linear", "The decoder has no linear layer called " + std::string(name) + ".",
              "Names are those of the checkpoint without decoder., e.g. layers.0.self_attn.q_proj.");
}

void Dit::forward(const DitInput& input, Tensor pred, const PassContext& pass, Arena& arena, Stream& stream,
                  const Observer& observe) {
  const Arena::Scope scope(arena);
  DitTape tape;
  tape.first_layer = config_.stack.num_layers();
  DitForward{.dit = *this, .input = input, .tape = tape, .pass = pass, .arena = arena, .stream = stream, .observe = observe}.run(
      pred);
}

void Dit::forward(const DitInput& input, Tensor pred, DitTape& tape, const PassContext& pass, Arena& arena, Stream& stream) {
  tape = {.kept = std::move(tape.kept), .input_gradients = tape.input_gradients, .offload = tape.offload};
  tape.first_layer = reach(tape.input_gradients).first_layer;
  DitForward{.dit = *this, .input = input, .tape = tape, .pass = pass, .arena = arena, .stream = stream}.run(pred);
}

DitReach Dit::reach(InputGradients inputs) const {
  const bool wanted = inputs == InputGradients::wanted;
  DitReach reach{.input = wanted || proj_in_.trains(),
                 .timesteps = time_embed_.trains() || time_embed_r_.trains(),
                 .condition = wanted || condition_embedder_.trains()};
  if (reach.input || reach.timesteps || reach.condition) return reach;
  while (reach.first_layer < config_.stack.num_layers() && !layers_[static_cast<size_t>(reach.first_layer)].trains()) {
    ++reach.first_layer;
  }
  return reach;
}

}  // namespace sidestep
