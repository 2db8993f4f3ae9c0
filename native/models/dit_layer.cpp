#include "models/dit_layer.h"

#include <cmath>

#include "models/dit_attention.h"
#include "ops/elementwise.h"
#include "ops/norm.h"

namespace sidestep {

DitLayer DitLayer::load(const Weights& weights, int64_t index, const StackConfig& stack) {
  const std::string name = "layers." + std::to_string(index);
  const int64_t hidden = stack.hidden_size, inner = stack.intermediate_size;
  DitLayer layer;
  layer.self_attn_norm = weights.tensor(name + ".self_attn_norm.weight", {hidden});
  layer.self_attn = DitAttention::load(weights, name + ".self_attn", stack, DitAttention::Source::x);
  layer.cross_attn_norm = weights.tensor(name + ".cross_attn_norm.weight", {hidden});
  layer.cross_attn = DitAttention::load(weights, name + ".cross_attn", stack, DitAttention::Source::condition);
  layer.mlp_norm = weights.tensor(name + ".mlp_norm.weight", {hidden});
  LinearsBeside gate_up =
      load_linears(weights, {name + ".mlp.gate_proj", name + ".mlp.up_proj"}, hidden, {inner, inner}, Bias::absent);
  layer.gate_proj = std::move(gate_up.each[0]);
  layer.up_proj = std::move(gate_up.each[1]);
  layer.gate_up = gate_up.beside;
  layer.down_proj = load_linear(weights, name + ".mlp.down_proj", inner, hidden, Bias::absent);
  layer.scale_shift_table = weights.tensor(name + ".scale_shift_table", {1, 6, hidden}).reshape({6, hidden});
  layer.window = stack.windows[static_cast<size_t>(index)];
  return layer;
}

TapeLayout tape_layout(const std::vector<DitLayer>& layers, const PassContext& pass) {
  TapeLayout layout;
  for (const DitLayer& layer : layers) {
    layout.self_x.cover(layer.self_attn.of_x(), pass);
    layout.self_output.cover(layer.self_attn.output(), pass);
    layout.cross_x.cover(layer.cross_attn.of_x(), pass);
    layout.cross_condition.cover(layer.cross_attn.of_condition(), pass);
    layout.cross_output.cover(layer.cross_attn.output(), pass);
    layout.mlp.cover(layer.of_mlp(), pass);
  }
  return layout;
}

namespace {

NormedHeads allocate_normed(const Tensor& heads, Arena& arena) {
  return {arena.alloc(heads.dtype(), heads.shape()), arena.alloc(DType::f32, {heads.dim(0), heads.dim(1), heads.dim(2)})};
}

/// Where its keys were made before, the tape has no place for them.
AttentionTape allocate_attention(const DitAttention& layer, const DitLayerPass& pass, KeptParts parts) {
  const StackConfig& s = pass.stack;
  const DType dtype = pass.projection.dtype();
  const int64_t rows = pass.batch * pass.patches;
  const bool self = layer.source == DitAttention::Source::x;
  AttentionTape tape;
  const auto heads = [&](const Tensor& projected) { return as_heads(projected, pass.batch, s.head_dim); };
  tape.of_x = allocate_outputs(layer.of_x(), self ? pass.layout.self_x : pass.layout.cross_x, rows, dtype, pass.arena);
  tape.q = heads(tape.of_x.each[0]);
  if (self) {
    tape.k = heads(tape.of_x.each[1]);
    tape.v = heads(tape.of_x.each[2]);
  } else if (pass.tokens > 0) {
    tape.of_condition =
        allocate_outputs(layer.of_condition(), pass.layout.cross_condition, pass.batch * pass.tokens, dtype, pass.arena);
    tape.k = heads(tape.of_condition.each[0]);
    tape.v = heads(tape.of_condition.each[1]);
  }
  tape.out = pass.arena.alloc(dtype, {pass.batch, pass.patches, s.num_attention_heads, s.head_dim});
  tape.lse = pass.arena.alloc(DType::f32, {pass.batch, s.num_attention_heads, pass.patches});
  const int64_t width = (self ? pass.layout.self_output : pass.layout.cross_output).low_rank;
  if (width > 0) tape.out_low_rank = pass.arena.alloc(dtype, {rows, width});
  if (parts.derived) {
    tape.normed_q = allocate_normed(tape.q, pass.arena);
    if (tape.k) tape.normed_k = allocate_normed(tape.k, pass.arena);
  }
  return tape;
}

}  // namespace

DitLayerTape allocate_tape(const DitLayer& layer, const DitLayerPass& pass, const DitLayerNeeds& needs, KeptParts parts) {
  const DType dtype = pass.projection.dtype();
  const int64_t hidden = pass.stack.hidden_size, rows = pass.batch * pass.patches;
  const Shape stream_shape{pass.batch, pass.patches, hidden};
  const auto normed = [&](bool read) { return parts.derived && read ? pass.arena.alloc(dtype, stream_shape) : Tensor(); };
  DitLayerTape tape;
  tape.modulation = pass.arena.alloc(dtype, {pass.batch, 6, hidden});
  if (parts.self_attn) {
    tape.self_inv_rms = pass.arena.alloc(DType::f32, {rows});
    tape.self_normed = normed(layer.self_attn.reads_x());
    tape.self = allocate_attention(layer.self_attn, pass, parts);
    tape.after_self = pass.arena.alloc(dtype, stream_shape);
    if (needs.modulation) tape.self_out = pass.arena.alloc(dtype, {rows, hidden});
  }
  if (parts.cross_attn) {
    tape.cross_inv_rms = pass.arena.alloc(DType::f32, {rows});
    tape.cross_normed = normed(layer.cross_attn.reads_x());
    tape.cross = allocate_attention(layer.cross_attn, pass, parts);
    tape.after_cross = pass.arena.alloc(dtype, stream_shape);
  }
  if (parts.mlp) {
    tape.mlp_inv_rms = pass.arena.alloc(DType::f32, {rows});
    tape.mlp_normed = normed(layer.mlp_reads_x());
    tape.gate_up = allocate_outputs(layer.of_mlp(), pass.layout.mlp, rows, dtype, pass.arena);
    if (needs.modulation) tape.mlp_out = pass.arena.alloc(dtype, {rows, hidden});
  }
  return tape;
}

DitLayerTape DitLayerTape::with(KeptParts parts, const DitLayerTape& other) const {
  DitLayerTape both = *this;
  if (parts.self_attn) {
    both.self_inv_rms = other.self_inv_rms;
    both.self = other.self;
    both.after_self = other.after_self;
    both.self_out = other.self_out;
    both.self_normed = other.self_normed;
  }
  if (parts.cross_attn) {
    both.cross_inv_rms = other.cross_inv_rms;
    both.cross = other.cross;
    both.after_cross = other.after_cross;
    both.cross_normed = other.cross_normed;
  }
  if (parts.mlp) {
    both.mlp_inv_rms = other.mlp_inv_rms;
    both.gate_up = other.gate_up;
    both.mlp_out = other.mlp_out;
    both.mlp_normed = other.mlp_normed;
  }
  return both;
}

namespace {

using Observe = std::function<void(const char*, ConstTensor)>;

/// Where the MLP stops: `tape` leaves out what only the layer's output needs.
enum class Extent : uint8_t { output, tape };

/// What a branch's projections read, [B, P, D]: the tape's buffer if it keeps that, else scratch.
Tensor branch_input(const Tensor& kept, const DitLayerPass& pass) {
  if (kept) return kept;
  return pass.arena.alloc(pass.projection.dtype(), {pass.batch, pass.patches, pass.stack.hidden_size});
}

/// `below`: what is still to be added into `sum`, where x lies then.
Unadded self_attention(const DitLayer& layer, ConstTensor x, const Unadded& below, const Tensor& sum, DitLayerTape& tape,
                       const Tensor& branch, const DitLayerPass& pass, const Observe& observe) {
  const Arena::Scope scope(pass.arena);
  const Shape shape = x.shape();
  const Tensor normed = branch_input(tape.self_normed, pass);
  modulated_rms_norm({.x = below.out ? below.x : x,
                      .weight = layer.self_attn_norm,
                      .shift = tape.modulation.select(1, 0),
                      .scale = tape.modulation.select(1, 1),
                      .y = normed,
                      .inv_rms = tape.self_inv_rms,
                      .eps = static_cast<float>(pass.stack.rms_norm_eps),
                      .added = below.into(sum)},
                     pass.stream);
  const Tensor out = tape.self_out ? tape.self_out : branch;
  dit_attention_forward(
      {.layer = layer.self_attn, .rotary = Rotary::applied, .window = layer.window, .key_mask = pass.patch_mask}, normed, normed,
      tape.self, out, pass);
  if (observe) observe("self_attn", out.reshape(shape));
  return {x, out, tape.modulation.select(1, 2)};
}

Unadded cross_attention(const DitLayer& layer, const Unadded& before, DitLayerTape& tape, const Tensor& branch,
                        const DitLayerPass& pass, const Observe& observe) {
  const Arena::Scope scope(pass.arena);
  const int64_t rows = pass.batch * pass.patches, hidden = pass.stack.hidden_size;
  const Shape shape = tape.after_self.shape();
  const Tensor normed = branch_input(tape.cross_normed, pass);
  const Tensor after_self = tape.after_self.reshape({rows, hidden});
  rms_norm({.x = before.first(after_self).reshape({rows, hidden}),
            .weight = layer.cross_attn_norm,
            .y = normed.reshape({rows, hidden}),
            .inv_rms = tape.cross_inv_rms,
            .eps = static_cast<float>(pass.stack.rms_norm_eps),
            .added = before.into(after_self)},
           pass.stream);
  const Tensor& out = branch;
  const DitAttentionCall call{.layer = layer.cross_attn, .rotary = Rotary::none, .key_mask = pass.token_mask};
  if (pass.keys.empty())
    dit_attention_forward(call, normed, pass.condition, tape.cross, out, pass);
  else
    dit_attention_forward_over(pass.keys, call, normed, tape.cross, out, pass);
  if (observe) observe("cross_attn", out.reshape(shape));
  return {tape.after_self, out, {}};
}

Unadded mlp(const DitLayer& layer, const Unadded& before, DitLayerTape& tape, const Tensor& branch, Extent extent,
            const DitLayerPass& pass, const Observe& observe) {
  const Arena::Scope scope(pass.arena);
  const int64_t rows = pass.batch * pass.patches, hidden = pass.stack.hidden_size;
  const DType dtype = tape.after_cross.dtype();
  const Shape shape = tape.after_cross.shape();
  {
    const Arena::Scope inputs(pass.arena);
    const Tensor normed = branch_input(tape.mlp_normed, pass);
    modulated_rms_norm({.x = before.first(tape.after_cross),
                        .weight = layer.mlp_norm,
                        .shift = tape.modulation.select(1, 3),
                        .scale = tape.modulation.select(1, 4),
                        .y = normed,
                        .inv_rms = tape.mlp_inv_rms,
                        .eps = static_cast<float>(pass.stack.rms_norm_eps),
                        .added = before.into(tape.after_cross)},
                       pass.stream);
    group_forward(layer.of_mlp(), normed.reshape({rows, hidden}), tape.gate_up, pass.pass, pass.arena, pass.stream);
  }
  if (extent == Extent::tape && !tape.mlp_out) return {};
  const Tensor &gate = tape.gate_up.each[0], &up = tape.gate_up.each[1];
  const Tensor activated = pass.arena.alloc(dtype, gate.shape());
  swiglu({.gate = gate, .up = up, .y = activated}, pass.stream);
  const Tensor out = tape.mlp_out ? tape.mlp_out : branch;
  group_forward(layer.of_activated(), activated, GroupOutput::of(out), pass.pass, pass.arena, pass.stream);
  if (observe) observe("mlp", out.reshape(shape));
  return {tape.after_cross, out, tape.modulation.select(1, 5)};
}

/// All of a layer but its last addition.
Unadded run_branches(const DitLayer& layer, ConstTensor x, const Unadded& below, const Tensor& sum, DitLayerTape& tape,
                     const Tensor& branch, const DitLayerPass& pass, const Observe& observe) {
  add({.a = pass.projection, .b = layer.scale_shift_table, .y = tape.modulation}, pass.stream);
  const Arena::Scope scope(pass.arena);
  const Unadded of_self = self_attention(layer, x, below, sum, tape, branch, pass, observe);
  const Unadded of_cross = cross_attention(layer, of_self, tape, branch, pass, observe);
  return mlp(layer, of_cross, tape, branch, Extent::output, pass, observe);
}

}  // namespace

Tensor branch_output(const DitLayerPass& pass) {
  return pass.arena.alloc(pass.projection.dtype(), {pass.batch * pass.patches, pass.stack.hidden_size});
}

void dit_layer_forward(const DitLayer& layer, ConstTensor x, Tensor y, DitLayerTape& tape, const DitLayerPass& pass,
                       const Observe& observe) {
  const Arena::Scope scope(pass.arena);
  const Unadded left = run_branches(layer, x, {}, {}, tape, branch_output(pass), pass, observe);
  gated_add({.x = left.x, .h = left.out.reshape(y.shape()), .gate = left.gate, .y = y}, pass.stream);
}

Unadded dit_layer_forward_unadded(const DitLayer& layer, const Tensor& x, const Unadded& below, DitLayerTape& tape,
                                  const Tensor& branch, const DitLayerPass& pass) {
  return run_branches(layer, x, below, x, tape, branch, pass, {});
}

void dit_layer_recompute(const DitLayer& layer, ConstTensor x, DitLayerTape& tape, KeptParts parts, const DitLayerPass& pass) {
  const Arena::Scope scope(pass.arena);
  const Tensor branch = parts.self_attn || parts.cross_attn ? branch_output(pass) : Tensor();
  Unadded before;
  if (parts.self_attn) before = self_attention(layer, x, {}, {}, tape, branch, pass, {});
  if (parts.self_attn && !parts.cross_attn) {
    gated_add({.x = x, .h = before.out.reshape(x.shape()), .gate = before.gate, .y = tape.after_self}, pass.stream);
    before = {};
  }
  if (parts.cross_attn) before = cross_attention(layer, before, tape, branch, pass, {});
  if (parts.cross_attn && !parts.mlp) {
    add({.a = tape.after_self, .b = before.out.reshape(x.shape()), .y = tape.after_cross}, pass.stream);
    before = {};
  }
  if (parts.mlp) mlp(layer, before, tape, branch, Extent::tape, pass, {});
}

}  // namespace sidestep
