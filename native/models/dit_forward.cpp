#include "models/dit_forward.h"

#include <algorithm>

#include "core/error.h"
#include "ops/elementwise.h"
#include "ops/norm.h"

namespace sidestep {

DitLayerPass layer_pass(const StackConfig& stack, const std::vector<DitLayer>& layers, const RopeTable& rope, const DitTape& tape,
                        const PassContext& pass, Arena& arena, Stream& stream) {
  return {.stack = stack,
          .pass = pass,
          .arena = arena,
          .stream = stream,
          .layout = tape_layout(layers, pass),
          .batch = tape.projection.dim(0),
          .patches = tape.patch_count,
          .tokens = tape.embedded_condition ? tape.embedded_condition.dim(1) : 0,
          .projection = tape.projection,
          .condition = tape.embedded_condition,
          .cos = rope.cos(),
          .sin = rope.sin(),
          .patch_mask = tape.patch_mask,
          .token_mask = tape.token_mask};
}

namespace {

void expect_shape(const char* name, const ConstTensor& t, const Shape& expected) {
  if (t && t.shape() == expected) return;
  throw Error("native/shape-mismatch", "dit: expected " + std::string(name) + " to be " + expected.to_string() + " but found " +
                                           (t ? t.shape().to_string() : std::string("nothing")) + ".");
}

/// Empty, or one number from 1 to `longest` for each sample.
void expect_lengths(const char* name, const std::vector<int64_t>& valid, int64_t batch, int64_t longest) {
  if (valid.empty()) return;
  bool fits = static_cast<int64_t>(valid.size()) == batch;
  for (const int64_t length : valid) fits = fits && length >= 1 && length <= longest;
  if (fits) return;
  throw Error("native/shape-mismatch", "dit: expected " + std::string(name) + " to hold " + std::to_string(batch) +
                                           " numbers from 1 to " + std::to_string(longest) + ".");
}

}  // namespace

void DitForward::check() const {
  const DitConfig& c = dit.config_;
  if (!input.x_t || input.x_t.rank() != 3 || input.x_t.numel() == 0) {
    throw Error("native/shape-mismatch", "dit: expected x_t [B, T, C], not empty.");
  }
  expect_shape("x_t", input.x_t, {batch(), frames(), c.audio_acoustic_hidden_dim});
  expect_shape("context", input.context, {batch(), frames(), c.context_channels()});
  expect_shape("t", input.t, {batch()});
  expect_shape("r", input.r, {batch()});
  expect_lengths("valid_frames", input.valid_frames, batch(), frames());
  check_condition();
}

/// A condition, or keys that were made of one for as many samples.
void DitForward::check_condition() const {
  if (input.keys.empty()) {
    if (!input.condition || input.condition.rank() != 3 || input.condition.numel() == 0) {
      throw Error("native/shape-mismatch", "dit: expected condition [B, S, D], not empty.");
    }
    expect_shape("condition", input.condition, {batch(), tokens(), dit.config_.condition_size});
    return expect_lengths("valid_tokens", input.valid_tokens, batch(), tokens());
  }
  int64_t samples = 0;
  for (const ConditionKeys* keys : input.keys) samples += keys->samples;
  const bool keeps = tape.first_layer < dit.config_.stack.num_layers();
  if (samples == batch() && !input.condition && input.valid_tokens.empty() && !keeps) return;
  throw Error("native/shape-mismatch", "dit: expected keys for " + std::to_string(batch()) +
                                           " samples and nothing else of the condition, "
                                           "in a pass that keeps nothing; found them for " +
                                           std::to_string(samples) + ".");
}

void DitForward::run(Tensor pred) {
  check();
  expect_shape("pred", pred, {batch(), frames(), dit.config_.audio_acoustic_hidden_dim});
  tape.frames = frames();
  tape.patch_count = patches();
  tape.valid_frames = input.valid_frames;
  dit.rope_.ensure(patches(), stream);
  mask_batching();
  embed_timesteps();
  if (input.keys.empty()) embed_condition();
  predict(run_layers(embed_patches()), pred);
}

/// Patches without a real frame are no keys, nor are tokens that only fill up the batch.
void DitForward::mask_batching() {
  tape.patch_mask = prefix_mask(input.valid_frames, dit.config_.patch_size, patches());
  if (input.keys.empty()) tape.token_mask = prefix_mask(input.valid_tokens, 1, tokens());
}

/// [B, length] u8: ones for the first ceil(valid / unit) of each sample; empty if that is all of them everywhere.
/// Its memory is taken either way, so that a plan made with any lengths holds for all lengths.
Tensor DitForward::prefix_mask(const std::vector<int64_t>& valid, int64_t unit, int64_t length) {
  const Tensor mask = arena.alloc(DType::u8, {batch(), length});
  const auto real = [&](size_t b) { return (valid[b] + unit - 1) / unit; };
  bool needed = false;
  for (size_t b = 0; b < valid.size(); ++b) needed = needed || real(b) < length;
  if (!needed) return {};
  for (size_t b = 0; b < valid.size(); ++b) {
    const Tensor sample = mask.select(0, static_cast<int64_t>(b));
    fill({.y = sample.slice(0, 0, real(b)), .value = 1}, stream);
    if (real(b) < length) fill({.y = sample.slice(0, real(b), length), .value = 0}, stream);
  }
  return mask;
}

/// temb and the six-way projection are each the sum over both embedders. The second one sees t - r: zero in training,
/// yet its output is not.
void DitForward::embed_timesteps() {
  const int64_t hidden = dit.config_.stack.hidden_size;
  const DType dtype = dit.compute_dtype();
  tape.temb = arena.alloc(dtype, {batch(), hidden});
  tape.projection = arena.alloc(dtype, {batch(), 6, hidden});
  const Tensor flat = tape.projection.reshape({batch(), 6 * hidden});
  const Tensor elapsed = arena.alloc(DType::f32, {batch()});
  const Tensor projection_r = arena.alloc(dtype, {batch(), 6 * hidden});
  add({.a = input.t, .b = input.r, .y = elapsed, .beta = -1}, stream);
  timestep_embedder_forward(dit.time_embed_, input.t, tape.time, flat, pass, arena, stream);
  timestep_embedder_forward(dit.time_embed_r_, elapsed, tape.time_r, projection_r, pass, arena, stream);
  add({.a = tape.time.embedding, .b = tape.time_r.embedding, .y = tape.temb}, stream);
  add({.a = flat, .b = projection_r, .y = flat}, stream);
  show("temb", tape.temb, tape.temb.shape());
  show("timestep_proj", tape.projection, tape.projection.shape());
}

void DitForward::embed_condition() {
  const int64_t rows = batch() * tokens(), hidden = dit.config_.stack.hidden_size;
  const DType dtype = dit.compute_dtype();
  tape.embedded_condition = arena.alloc(dtype, {batch(), tokens(), hidden});
  const Tensor condition = arena.alloc(dtype, input.condition.shape());
  copy({.src = input.condition, .dst = condition}, stream);
  tape.condition = condition.reshape({rows, dit.config_.condition_size});
  linear_forward(dit.condition_embedder_, tape.condition, tape.embedded_condition.reshape({rows, hidden}), pass, arena, stream);
  show("cond_embed", tape.embedded_condition, tape.embedded_condition.shape());
}

/// Context and x_t side by side, zeros after the end of each sample: what upstream pads with.
void DitForward::fill_patches(Tensor latents) {
  const int64_t context = dit.config_.context_channels(), width = dit.config_.in_channels;
  const Tensor given = latents.slice(1, 0, frames());
  copy({.src = input.context, .dst = given.slice(2, 0, context)}, stream);
  copy({.src = input.x_t, .dst = given.slice(2, context, width)}, stream);
  if (latents.dim(1) > frames()) fill({.y = latents.slice(1, frames(), latents.dim(1)), .value = 0}, stream);
  for (size_t b = 0; b < input.valid_frames.size(); ++b) {
    if (input.valid_frames[b] == frames()) continue;
    const Tensor sample = latents.select(0, static_cast<int64_t>(b));
    fill({.y = sample.slice(0, input.valid_frames[b], frames()), .value = 0}, stream);
  }
}

Tensor DitForward::embed_patches() {
  const DitConfig& c = dit.config_;
  const Shape shape{batch(), patches() * c.patch_size, c.in_channels};
  const Tensor h = arena.alloc(dit.compute_dtype(), {batch(), patches(), c.stack.hidden_size});
  if (dit.proj_in_.trains()) tape.patches = arena.alloc(h.dtype(), shape);
  const Arena::Scope scope(arena);
  const Tensor latents = tape.patches ? tape.patches : arena.alloc(h.dtype(), shape);
  fill_patches(latents);
  const int64_t rows = batch() * patches();
  linear_forward(dit.proj_in_, latents.reshape({rows, c.patch_size * c.in_channels}), h.reshape({rows, c.stack.hidden_size}),
                 pass, arena, stream);
  show("proj_in", h, h.shape());
  return h;
}

std::vector<CrossKeys> DitForward::keys_of(int64_t layer) const {
  std::vector<CrossKeys> keys;
  for (const ConditionKeys* made : input.keys) keys.push_back(made->layers[static_cast<size_t>(layer)]);
  return keys;
}

Tensor DitForward::run_layers(Tensor h) {
  const DitLayerPass shared = layer_pass(dit.config_.stack, dit.layers_, dit.rope_, tape, pass, arena, stream);
  const int64_t layers = dit.config_.stack.num_layers();
  // An offloaded input leaves as soon as it is there: nothing is left to be added to it then.
  const bool leaves = tape.first_layer < layers && tape.offload == nullptr;
  const Tensor branch = leaves ? branch_output(shared) : Tensor();
  if (dit.streamed_) dit.streamed_->begin(stream);
  for (int64_t i = 0; i < layers; ++i) {
    stream.throw_if_cancelled();
    if (tape.offload != nullptr && i == tape.first_layer) tape.offload->begin(layers - tape.first_layer, h, arena);
    if (dit.streamed_) dit.streamed_->need(i, stream);
    h = i >= tape.first_layer ? run_kept_layer(i, h, branch, shared) : run_layer(i, h, shared);
    if (dit.streamed_) dit.streamed_->spend(i, i + LayerStream::kPlaces, stream);
  }
  tape.hidden.push_back(h);
  return h;
}

/// A layer below the tape's first one runs in place and leaves nothing behind.
Tensor DitForward::run_layer(int64_t index, Tensor h, const DitLayerPass& shared) {
  const Arena::Scope scope(arena);
  const DitLayer& layer = dit.layers_[static_cast<size_t>(index)];
  const std::string name = "layer" + std::to_string(index);
  DitLayerPass own = shared;
  own.keys = keys_of(index);
  DitLayerTape scratch = allocate_tape(layer, own, {});
  std::function<void(const char*, ConstTensor)> branch;
  if (observe) branch = [&](const char* part, ConstTensor value) { observe(name + "." + part, value); };
  dit_layer_forward(layer, h, h, scratch, own, branch);
  show(name, h, h.shape());
  return h;
}

/// With `branch` [B * P, D] it leaves its last addition to the norm that comes next, unless what is added lies in scratch memory.
Tensor DitForward::run_kept_layer(int64_t index, Tensor h, const Tensor& branch, const DitLayerPass& shared) {
  const DitLayer& layer = dit.layers_[static_cast<size_t>(index)];
  const DitLayerNeeds needs = dit.reach(tape.input_gradients).of_layer(index);
  const int64_t kept = index - tape.first_layer;
  if (tape.offload != nullptr) tape.offload->leave(kept, stream);
  const Tensor next = tape.offload != nullptr ? tape.offload->place(kept + 1, stream) : arena.alloc(h.dtype(), h.shape());
  tape.hidden.push_back(h);
  const KeptParts parts = kept_parts(tape.kept, index, dit.config_.stack.num_layers());
  tape.layers.push_back(allocate_tape(layer, shared, needs, parts));
  const Arena::Scope scope(arena);
  DitLayerTape whole = tape.layers.back().with(parts.others(), allocate_tape(layer, shared, {}, parts.others()));
  if (!branch) {
    dit_layer_forward(layer, h, next, whole, shared);
    return next;
  }
  unadded = dit_layer_forward_unadded(layer, h, unadded, whole, branch, shared);
  if (parts.cross_attn) return next;
  gated_add({.x = unadded.x, .h = unadded.out.reshape(next.shape()), .gate = unadded.gate, .y = next}, stream);
  unadded = {};
  return next;
}

/// Upstream's module of that name is the norm without its modulation.
void DitForward::show_norm_out(ConstTensor h) {
  const Arena::Scope scope(arena);
  const Tensor normed = arena.alloc(h.dtype(), h.shape());
  const Shape rows{batch() * patches(), h.dim(2)};
  rms_norm({.x = h.reshape(rows),
            .weight = dit.norm_out_,
            .y = normed.reshape(rows),
            .eps = static_cast<float>(dit.config_.stack.rms_norm_eps)},
           stream);
  show("norm_out", normed, normed.shape());
}

void DitForward::predict(Tensor h, Tensor pred) {
  const DitConfig& c = dit.config_;
  const int64_t rows = batch() * patches(), hidden = c.stack.hidden_size;
  tape.final_modulation = arena.alloc(h.dtype(), {batch(), 2, hidden});
  tape.final_inv_rms = arena.alloc(DType::f32, {rows});
  const Arena::Scope scope(arena);
  const ConstTensor twice(tape.temb.raw(), h.dtype(), {batch(), 2, hidden}, {hidden, 0, 1}, h.device());
  copy({.src = twice, .dst = tape.final_modulation}, stream);
  add({.a = tape.final_modulation, .b = dit.scale_shift_table_, .y = tape.final_modulation}, stream);

  const Tensor normed = arena.alloc(h.dtype(), h.shape());
  modulated_rms_norm({.x = unadded.first(h),
                      .weight = dit.norm_out_,
                      .shift = tape.final_modulation.select(1, 0),
                      .scale = tape.final_modulation.select(1, 1),
                      .y = normed,
                      .inv_rms = tape.final_inv_rms,
                      .eps = static_cast<float>(c.stack.rms_norm_eps),
                      .added = unadded.into(h)},
                     stream);
  if (observe) show_norm_out(h);
  const Tensor out = arena.alloc(h.dtype(), {batch(), patches() * c.patch_size, c.audio_acoustic_hidden_dim});
  linear_forward(dit.proj_out_, normed.reshape({rows, hidden}), out.reshape({rows, c.patch_size * c.audio_acoustic_hidden_dim}),
                 pass, arena, stream);
  copy({.src = out.slice(1, 0, frames()), .dst = pred}, stream);
}

}  // namespace sidestep
