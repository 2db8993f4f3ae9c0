#include "models/dit_attention.h"

#include <cmath>

#include "ops/norm.h"

namespace sidestep {

DitAttention DitAttention::load(const Weights& weights, const std::string& name, const StackConfig& stack) {
  const Bias bias = stack.attention_bias == AttentionBias::present ? Bias::present : Bias::absent;
  return {.q_proj = load_linear(weights, name + ".q_proj", stack.hidden_size, stack.query_size(), bias),
          .k_proj = load_linear(weights, name + ".k_proj", stack.hidden_size, stack.key_size(), bias),
          .v_proj = load_linear(weights, name + ".v_proj", stack.hidden_size, stack.key_size(), bias),
          .o_proj = load_linear(weights, name + ".o_proj", stack.query_size(), stack.hidden_size, bias),
          .q_norm = weights.tensor(name + ".q_norm.weight", {stack.head_dim}),
          .k_norm = weights.tensor(name + ".k_norm.weight", {stack.head_dim})};
}

namespace {

/// Any tensor as rows of its last `width` elements.
template <typename T>
T rows_of(const T& t, int64_t width) {
  return t ? t.reshape({t.numel() / width, width}) : T();
}

template <typename T>
T flat_heads(const T& heads) {
  return rows_of(heads, heads.dim(2) * heads.dim(3));
}

/// Heads after QK-norm and rotation, with what their backward pass needs.
struct NormedHeads {
  Tensor values, inv_rms;
};

NormedHeads norm_heads(const DitAttentionCall& call, const Tensor& raw, const ConstTensor& weight, const DitLayerPass& pass) {
  const NormedHeads heads{pass.arena.alloc(raw.dtype(), raw.shape()),
                          pass.arena.alloc(DType::f32, {raw.dim(0), raw.dim(1), raw.dim(2)})};
  const bool rotate = call.rotary == Rotary::applied;
  qk_norm_rope({.x = raw, .weight = weight, .cos = rotate ? pass.cos : ConstTensor(),
                .sin = rotate ? pass.sin : ConstTensor(), .y = heads.values, .inv_rms = heads.inv_rms,
                .eps = static_cast<float>(pass.stack.rms_norm_eps)}, pass.stream);
  return heads;
}

/// In place: the gradient of normalised heads becomes that of the projection.
void norm_heads_backward(const DitAttentionCall& call, const Tensor& grad, const Tensor& raw, const ConstTensor& weight,
                         const NormedHeads& heads, const DitLayerPass& pass) {
  const bool rotate = call.rotary == Rotary::applied;
  qk_norm_rope_backward({.dy = grad, .x = raw, .weight = weight, .cos = rotate ? pass.cos : ConstTensor(),
                         .sin = rotate ? pass.sin : ConstTensor(), .inv_rms = heads.inv_rms, .dx = grad}, pass.stream);
}

float score_scale(const StackConfig& stack) {
  return static_cast<float>(1.0 / std::sqrt(static_cast<double>(stack.head_dim)));
}

}  // namespace

void dit_attention_forward(const DitAttentionCall& call, ConstTensor x, ConstTensor source, AttentionTape& tape, Tensor y,
                           const DitLayerPass& pass) {
  const DitAttention& layer = call.layer;
  const ConstTensor rows = rows_of(x, pass.stack.hidden_size), source_rows = rows_of(source, pass.stack.hidden_size);
  linear_forward(layer.q_proj, rows, flat_heads(tape.q), pass.pass, pass.arena, pass.stream);
  linear_forward(layer.k_proj, source_rows, flat_heads(tape.k), pass.pass, pass.arena, pass.stream);
  linear_forward(layer.v_proj, source_rows, flat_heads(tape.v), pass.pass, pass.arena, pass.stream);
  {
    const Arena::Scope scope(pass.arena);
    const NormedHeads q = norm_heads(call, tape.q, layer.q_norm, pass);
    const NormedHeads k = norm_heads(call, tape.k, layer.k_norm, pass);
    attention({.q = q.values, .k = k.values, .v = tape.v, .out = tape.out, .lse = tape.lse, .scale = score_scale(pass.stack),
               .window = call.window, .key_mask = call.key_mask}, pass.stream);
  }
  linear_forward(layer.o_proj, flat_heads(tape.out), y, pass.pass, pass.arena, pass.stream);
}

void dit_attention_keys(const DitAttention& layer, ConstTensor source, const DitAttentionKeys& keys, const DitLayerPass& pass) {
  const ConstTensor rows = rows_of(source, pass.stack.hidden_size);
  linear_forward(layer.k_proj, rows, flat_heads(keys.k), pass.pass, pass.arena, pass.stream);
  linear_forward(layer.v_proj, rows, flat_heads(keys.v), pass.pass, pass.arena, pass.stream);
  qk_norm_rope({.x = keys.k, .weight = layer.k_norm, .y = keys.k, .eps = static_cast<float>(pass.stack.rms_norm_eps)},
               pass.stream);
}

void dit_attention_forward_over(const std::vector<CrossKeys>& keys, const DitAttentionCall& call, ConstTensor x,
                                AttentionTape& tape, Tensor y, const DitLayerPass& pass) {
  const DitAttention& layer = call.layer;
  linear_forward(layer.q_proj, rows_of(x, pass.stack.hidden_size), flat_heads(tape.q), pass.pass, pass.arena, pass.stream);
  {
    const Arena::Scope scope(pass.arena);
    const NormedHeads q = norm_heads(call, tape.q, layer.q_norm, pass);
    int64_t begin = 0;
    for (const CrossKeys& part : keys) {
      const int64_t end = begin + part.k.dim(0);
      attention({.q = q.values.slice(0, begin, end), .k = part.k, .v = part.v, .out = tape.out.slice(0, begin, end),
                 .lse = tape.lse.slice(0, begin, end), .scale = score_scale(pass.stack), .key_mask = part.token_mask}, pass.stream);
      begin = end;
    }
  }
  linear_forward(layer.o_proj, flat_heads(tape.out), y, pass.pass, pass.arena, pass.stream);
}

void dit_attention_backward(const DitAttentionCall& call, ConstTensor dy, ConstTensor x, ConstTensor source,
                            const AttentionTape& tape, const DitAttentionGradients& gradients, const DitLayerPass& pass) {
  const DitAttention& layer = call.layer;
  const bool queries = layer.q_proj.trains() || gradients.dx;
  const bool keys = layer.k_proj.trains() || layer.v_proj.trains() || gradients.dsource;
  const Arena::Scope scope(pass.arena);
  const Tensor dout = queries || keys ? pass.arena.alloc(tape.out.dtype(), tape.out.shape()) : Tensor();
  linear_backward(layer.o_proj, dy, flat_heads(tape.out), dout ? flat_heads(dout) : Tensor(), Write::overwrite, pass.pass,
                  pass.arena, pass.stream);
  if (!dout) return;

  const NormedHeads q = norm_heads(call, tape.q, layer.q_norm, pass);
  const NormedHeads k = norm_heads(call, tape.k, layer.k_norm, pass);
  const Tensor dq = pass.arena.alloc(tape.q.dtype(), tape.q.shape());
  const Tensor dk = keys ? pass.arena.alloc(tape.k.dtype(), tape.k.shape()) : Tensor();
  const Tensor dv = keys ? pass.arena.alloc(tape.v.dtype(), tape.v.shape()) : Tensor();
  {
    const Arena::Scope delta_scope(pass.arena);
    attention_backward({.dout = dout, .q = q.values, .k = k.values, .v = tape.v, .out = tape.out, .lse = tape.lse, .dq = dq,
                        .dk = dk, .dv = dv, .delta = pass.arena.alloc(DType::f32, tape.lse.shape()),
                        .scale = score_scale(pass.stack), .window = call.window, .key_mask = call.key_mask}, pass.stream);
  }
  if (queries) {
    norm_heads_backward(call, dq, tape.q, layer.q_norm, q, pass);
    linear_backward(layer.q_proj, flat_heads(dq), rows_of(x, pass.stack.hidden_size), gradients.dx, Write::overwrite,
                    pass.pass, pass.arena, pass.stream);
  }
  if (keys) {
    norm_heads_backward(call, dk, tape.k, layer.k_norm, k, pass);
    const ConstTensor rows = rows_of(source, pass.stack.hidden_size);
    linear_backward(layer.k_proj, flat_heads(dk), rows, gradients.dsource, Write::accumulate, pass.pass, pass.arena,
                    pass.stream);
    linear_backward(layer.v_proj, flat_heads(dv), rows, gradients.dsource, Write::accumulate, pass.pass, pass.arena,
                    pass.stream);
  }
}

}  // namespace sidestep
