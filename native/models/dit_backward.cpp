#include "core/error.h"
#include "models/dit_forward.h"
#include "ops/elementwise.h"
#include "ops/norm.h"

namespace sidestep {

/// One backward pass of a Dit, from the prediction down to the lowest adapter.
struct DitBackward {
  Dit& dit;
  DitTape& tape;
  const PassContext& pass;
  Arena& arena;
  Stream& stream;
  const DitReach reach;

  Tensor dh{};           ///< [B, P, D] gradient of the residual stream
  Tensor gated{};        ///< [B, P, D] dh through the gate of the branch that comes next; unless gates need gradients
  Tensor dmodulation{};  ///< [B, 6, D] f32, summed over layers; only with reach.timesteps
  Tensor dfinal{};       ///< [2, B, D] f32: shift, scale of the output; only with reach.timesteps
  Tensor dcondition{};   ///< [B * S, D], summed over layers; only with reach.condition
  DitLayerTape spent{};  ///< of the last layer played back: what the next one recomputes takes its places

  int64_t batch() const { return tape.embedded_condition.dim(0); }
  int64_t rows() const { return batch() * tape.patch_count; }
  int64_t hidden() const { return dit.config_.stack.hidden_size; }

  void allocate();
  void through_output(ConstTensor dpred);
  ConstTensor mlp_gate(int64_t index) const;
  void through_layers();
  void spend(size_t input) const;
  void through_layer(int64_t index, const DitLayerPass& shared);
  void into_timesteps();
  void into_condition(const DitInputGradients& gradients);
  void into_patches(const DitInputGradients& gradients);
};

void DitBackward::allocate() {
  const DType dtype = dit.compute_dtype();
  dh = arena.alloc(dtype, {batch(), tape.patch_count, hidden()});
  if (!reach.timesteps) gated = arena.alloc(dtype, dh.shape());
  if (reach.timesteps) {
    dmodulation = arena.alloc(DType::f32, {batch(), 6, hidden()});
    dfinal = arena.alloc(DType::f32, {2, batch(), hidden()});
    fill({.y = dmodulation, .value = 0}, stream);
    fill({.y = dfinal, .value = 0}, stream);
  }
  if (reach.condition) {
    dcondition = arena.alloc(dtype, {batch() * tape.embedded_condition.dim(1), hidden()});
    fill({.y = dcondition, .value = 0}, stream);
  }
}

/// proj_out and the final modulated norm; frames that were cropped away have no gradient.
void DitBackward::through_output(ConstTensor dpred) {
  const Arena::Scope scope(arena);
  const int64_t channels = dit.config_.audio_acoustic_hidden_dim, patch = dit.config_.patch_size;
  const Tensor dframes = arena.alloc(dh.dtype(), {batch(), tape.patch_count * patch, channels});
  copy({.src = dpred, .dst = dframes.slice(1, 0, tape.frames)}, stream);
  if (dframes.dim(1) > tape.frames) fill({.y = dframes.slice(1, tape.frames, dframes.dim(1)), .value = 0}, stream);
  linear_backward(dit.proj_out_, dframes.reshape({rows(), patch * channels}), {}, dh.reshape({rows(), hidden()}),
                  Write::overwrite, pass, arena, stream);
  modulated_rms_norm_backward({.dy = dh,
                               .x = tape.hidden.back(),
                               .weight = dit.norm_out_,
                               .scale = tape.final_modulation.select(1, 1),
                               .inv_rms = tape.final_inv_rms,
                               .dx = dh,
                               .dshift = dfinal ? dfinal.select(0, 0) : Tensor(),
                               .dscale = dfinal ? dfinal.select(0, 1) : Tensor(),
                               .after = {.gate = mlp_gate(dit.config_.stack.num_layers() - 1), .gated = gated}},
                              stream);
}

/// Of a layer that is played back, where `gated` is to be made with it.
ConstTensor DitBackward::mlp_gate(int64_t index) const {
  if (!gated || index < reach.first_layer) return {};
  return tape.layers[static_cast<size_t>(index - reach.first_layer)].modulation.select(1, 5);
}

/// Nothing reads this layer's input any more.
void DitBackward::spend(size_t input) const {
  if (tape.offload != nullptr) tape.offload->spend(static_cast<int64_t>(input), stream);
}

void DitBackward::through_layers() {
  spend(tape.hidden.size() - 1);
  const DitLayerPass shared = layer_pass(dit.config_.stack, dit.layers_, dit.rope_, tape, pass, arena, stream);
  for (int64_t i = dit.config_.stack.num_layers() - 1; i >= reach.first_layer; --i) {
    stream.throw_if_cancelled();
    if (dit.streamed_) dit.streamed_->need(i, stream);
    through_layer(i, shared);
    const int64_t next = i - LayerStream::kPlaces;
    if (dit.streamed_ && next >= reach.first_layer) dit.streamed_->spend(i, next, stream);
  }
}

void DitBackward::through_layer(int64_t index, const DitLayerPass& shared) {
  const Arena::Scope scope(arena);
  const DitLayer& layer = dit.layers_[static_cast<size_t>(index)];
  const auto kept = static_cast<size_t>(index - reach.first_layer);
  if (tape.offload != nullptr) tape.offload->bring(static_cast<int64_t>(kept), stream);
  const ConstTensor x = tape.hidden[kept];
  const DitLayerNeeds needs = reach.of_layer(index);
  const DitLayerGradients gradients{
      .dh = dh, .modulation = dmodulation, .condition = dcondition, .gated = gated, .gate_below = mlp_gate(index - 1)};
  const KeptParts again = kept_parts(tape.kept, index, dit.config_.stack.num_layers()).others();
  DitLayerTape own = tape.layers[kept].with(again, spent);
  dit_layer_recompute(layer, x, own, again, shared);
  dit_layer_backward(layer, x, own, needs, gradients, shared);
  spent = own;
  spend(kept);
}

/// The layers' modulations sum into the six-way projection, the output's shift and scale both into temb.
void DitBackward::into_timesteps() {
  const Arena::Scope scope(arena);
  const DType dtype = dit.compute_dtype();
  const Tensor dprojection = arena.alloc(dtype, {batch(), 6 * hidden()});
  const Tensor dtemb = arena.alloc(dtype, {batch(), hidden()});
  const Tensor dshift = dfinal.select(0, 0);
  copy({.src = dmodulation.reshape({batch(), 6 * hidden()}), .dst = dprojection}, stream);
  add({.a = dshift, .b = dfinal.select(0, 1), .y = dshift}, stream);
  copy({.src = dshift, .dst = dtemb}, stream);
  const auto into = [&](const TimestepEmbedder& embedder, const TimestepTape& kept) {
    if (embedder.trains()) timestep_embedder_backward(embedder, dtemb, dprojection, kept, pass, arena, stream);
  };
  into(dit.time_embed_, tape.time);
  into(dit.time_embed_r_, tape.time_r);
}

void DitBackward::into_condition(const DitInputGradients& gradients) {
  const Arena::Scope scope(arena);
  const Tensor dx = gradients.condition ? arena.alloc(dcondition.dtype(), tape.condition.shape()) : Tensor();
  linear_backward(dit.condition_embedder_, dcondition, tape.condition, dx, Write::overwrite, pass, arena, stream);
  if (dx) copy({.src = dx.reshape(gradients.condition.shape()), .dst = gradients.condition}, stream);
}

void DitBackward::into_patches(const DitInputGradients& gradients) {
  const Arena::Scope scope(arena);
  const DitConfig& c = dit.config_;
  const int64_t width = c.patch_size * c.in_channels;
  const Tensor dx = gradients.x_t ? arena.alloc(dh.dtype(), {rows(), width}) : Tensor();
  const ConstTensor x = tape.patches ? ConstTensor(tape.patches.reshape({rows(), width})) : ConstTensor();
  linear_backward(dit.proj_in_, dh.reshape({rows(), hidden()}), x, dx, Write::overwrite, pass, arena, stream);
  if (!dx) return;
  const Tensor dframes = dx.reshape({batch(), tape.patch_count * c.patch_size, c.in_channels});
  copy({.src = dframes.slice(1, 0, tape.frames).slice(2, c.context_channels(), c.in_channels), .dst = gradients.x_t}, stream);
  for (size_t b = 0; b < tape.valid_frames.size(); ++b) {
    if (tape.valid_frames[b] == tape.frames) continue;
    const Tensor sample = gradients.x_t.select(0, static_cast<int64_t>(b));
    fill({.y = sample.slice(0, tape.valid_frames[b], tape.frames), .value = 0}, stream);
  }
}

void Dit::backward(ConstTensor dpred, DitTape& tape, const PassContext& pass, Arena& arena, Stream& stream,
                   const DitInputGradients& gradients) {
  const int64_t batch = tape.embedded_condition ? tape.embedded_condition.dim(0) : 0;
  const Shape expected{batch, tape.frames, config_.audio_acoustic_hidden_dim};
  if (!dpred || !(dpred.shape() == expected)) {
    throw Error("native/shape-mismatch",
                "dit: expected dpred to be " + expected.to_string() + ", the shape of the forward pass.");
  }
  const DitReach down = reach(tape.input_gradients);
  if (down.first_layer != tape.first_layer) {
    throw Error("native/tape-mismatch", "dit: the adapters changed between the forward and the backward pass.");
  }
  if (down.first_layer == config_.stack.num_layers() && !down.input && !down.timesteps && !down.condition) return;
  const Arena::Scope scope(arena);
  DitBackward backward{.dit = *this, .tape = tape, .pass = pass, .arena = arena, .stream = stream, .reach = down};
  backward.allocate();
  backward.through_output(dpred);
  backward.through_layers();
  if (down.timesteps) backward.into_timesteps();
  if (down.condition) backward.into_condition(gradients);
  if (down.input) backward.into_patches(gradients);
}

}  // namespace sidestep
