#include "models/dit_attention.h"

#include <algorithm>
#include <cmath>

#include "ops/norm.h"

namespace sidestep {

DitAttention DitAttention::load(const Weights& weights, const std::string& name, const StackConfig& stack, Source source) {
  const Bias bias = stack.attention_bias == AttentionBias::present ? Bias::present : Bias::absent;
  const int64_t hidden = stack.hidden_size, queries = stack.query_size(), keys = stack.key_size();
  DitAttention attention;
  attention.source = source;
  LinearsBeside read;
  if (source == Source::x) {
    read = load_linears(weights, {name + ".q_proj", name + ".k_proj", name + ".v_proj"}, hidden, {queries, keys, keys}, bias);
    attention.q_proj = std::move(read.each[0]);
  } else {
    attention.q_proj = load_linear(weights, name + ".q_proj", hidden, queries, bias);
    read = load_linears(weights, {name + ".k_proj", name + ".v_proj"}, hidden, {keys, keys}, bias);
  }
  attention.v_proj = std::move(read.each.back());
  attention.k_proj = std::move(read.each[read.each.size() - 2]);
  attention.beside = read.beside;
  attention.o_proj = load_linear(weights, name + ".o_proj", queries, hidden, bias);
  attention.q_norm = weights.tensor(name + ".q_norm.weight", {stack.head_dim});
  attention.k_norm = weights.tensor(name + ".k_norm.weight", {stack.head_dim});
  return attention;
}

Tensor as_heads(const Tensor& rows, int64_t batch, int64_t head_dim) {
  const int64_t length = rows.dim(0) / batch, stride = rows.stride(0);
  return Tensor(rows.raw(), rows.dtype(), {batch, length, rows.dim(1) / head_dim, head_dim},
                {length * stride, stride, head_dim, 1}, rows.device());
}

DitAttentionKeys allocate_keys(const DitAttention& layer, int64_t batch, int64_t tokens, const PassContext& pass, Arena& arena) {
  const LinearGroup group = layer.of_condition();
  const OutputLayout layout{.together = layout_of(group, pass).together};
  const GroupOutput projected = allocate_outputs(group, layout, batch * tokens, layer.k_proj.dtype(), arena);
  const int64_t head_dim = layer.k_norm.dim(0);
  return {projected, as_heads(projected.each[0], batch, head_dim), as_heads(projected.each[1], batch, head_dim)};
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

/// Into their place on the tape, or scratch.
NormedHeads norm_heads(const DitAttentionCall& call, const Tensor& raw, const ConstTensor& weight, const NormedHeads& place,
                       const DitLayerPass& pass) {
  NormedHeads heads = place;
  if (!heads.values)
    heads = {pass.arena.alloc(raw.dtype(), raw.shape()), pass.arena.alloc(DType::f32, {raw.dim(0), raw.dim(1), raw.dim(2)})};
  const bool rotate = call.rotary == Rotary::applied;
  qk_norm_rope({.x = raw,
                .weight = weight,
                .cos = rotate ? pass.cos : ConstTensor(),
                .sin = rotate ? pass.sin : ConstTensor(),
                .y = heads.values,
                .inv_rms = heads.inv_rms,
                .eps = static_cast<float>(pass.stack.rms_norm_eps)},
               pass.stream);
  return heads;
}

/// As the forward pass made them, if the tape has them; else once more.
NormedHeads normed_again(const DitAttentionCall& call, const Tensor& raw, const ConstTensor& weight, const NormedHeads& kept,
                         const DitLayerPass& pass) {
  return kept.values ? kept : norm_heads(call, raw, weight, {}, pass);
}

/// In place: the gradient of normalised heads becomes that of the projection.
void norm_heads_backward(const DitAttentionCall& call, const Tensor& grad, const Tensor& raw, const ConstTensor& weight,
                         const NormedHeads& heads, const DitLayerPass& pass) {
  const bool rotate = call.rotary == Rotary::applied;
  qk_norm_rope_backward({.dy = grad,
                         .x = raw,
                         .weight = weight,
                         .cos = rotate ? pass.cos : ConstTensor(),
                         .sin = rotate ? pass.sin : ConstTensor(),
                         .inv_rms = heads.inv_rms,
                         .dx = grad},
                        pass.stream);
}

float score_scale(const StackConfig& stack) { return static_cast<float>(1.0 / std::sqrt(static_cast<double>(stack.head_dim))); }

}  // namespace

void dit_attention_forward(const DitAttentionCall& call, ConstTensor x, ConstTensor source, AttentionTape& tape, Tensor y,
                           const DitLayerPass& pass) {
  const DitAttention& layer = call.layer;
  const ConstTensor rows = rows_of(x, pass.stack.hidden_size), source_rows = rows_of(source, pass.stack.hidden_size);
  group_forward(layer.of_x(), rows, tape.of_x, pass.pass, pass.arena, pass.stream);
  if (layer.source == DitAttention::Source::condition)
    group_forward(layer.of_condition(), source_rows, tape.of_condition, pass.pass, pass.arena, pass.stream);
  {
    const Arena::Scope scope(pass.arena);
    const NormedHeads q = norm_heads(call, tape.q, layer.q_norm, tape.normed_q, pass);
    const NormedHeads k = norm_heads(call, tape.k, layer.k_norm, tape.normed_k, pass);
    attention({.q = q.values,
               .k = k.values,
               .v = tape.v,
               .out = tape.out,
               .lse = tape.lse,
               .scale = score_scale(pass.stack),
               .window = call.window,
               .key_mask = call.key_mask},
              pass.stream);
  }
  group_forward(layer.output(), flat_heads(tape.out), GroupOutput::of(y, tape.out_low_rank), pass.pass, pass.arena, pass.stream);
}

void dit_attention_keys(const DitAttention& layer, ConstTensor source, const DitAttentionKeys& keys, const DitLayerPass& pass) {
  const ConstTensor rows = rows_of(source, pass.stack.hidden_size);
  group_forward(layer.of_condition(), rows, keys.projected, pass.pass, pass.arena, pass.stream);
  qk_norm_rope({.x = keys.k, .weight = layer.k_norm, .y = keys.k, .eps = static_cast<float>(pass.stack.rms_norm_eps)},
               pass.stream);
}

void dit_attention_forward_over(const std::vector<CrossKeys>& keys, const DitAttentionCall& call, ConstTensor x,
                                AttentionTape& tape, Tensor y, const DitLayerPass& pass) {
  const DitAttention& layer = call.layer;
  group_forward(layer.of_x(), rows_of(x, pass.stack.hidden_size), tape.of_x, pass.pass, pass.arena, pass.stream);
  {
    const Arena::Scope scope(pass.arena);
    const NormedHeads q = norm_heads(call, tape.q, layer.q_norm, {}, pass);
    int64_t begin = 0;
    for (const CrossKeys& part : keys) {
      const int64_t end = begin + part.k.dim(0);
      attention({.q = q.values.slice(0, begin, end),
                 .k = part.k,
                 .v = part.v,
                 .out = tape.out.slice(0, begin, end),
                 .lse = tape.lse.slice(0, begin, end),
                 .scale = score_scale(pass.stack),
                 .key_mask = part.token_mask},
                pass.stream);
      begin = end;
    }
  }
  group_forward(layer.output(), flat_heads(tape.out), GroupOutput::of(y), pass.pass, pass.arena, pass.stream);
}

namespace {

/// Gradients of the projections, places first. As many as are wanted: all keep the places of the forward pass.
struct ProjectionGradients {
  GroupOutput of_x, of_condition;
  Tensor dq, dk, dv;
};

ProjectionGradients allocate_gradients(const DitAttention& layer, const AttentionTape& tape, bool keys,
                                       const DitLayerPass& pass) {
  ProjectionGradients d;
  const auto heads = [](const Tensor& rows, const Tensor& like) { return as_heads(rows, like.dim(0), like.dim(3)); };
  const auto own = [&](const LinearGroup& group) { return OutputLayout{.together = layout_of(group, pass.pass).together}; };
  const DType dtype = tape.q.dtype();
  d.of_x = allocate_outputs(layer.of_x(), own(layer.of_x()), tape.q.dim(0) * tape.q.dim(1), dtype, pass.arena);
  d.dq = heads(d.of_x.each[0], tape.q);
  if (!keys) return d;
  if (layer.source == DitAttention::Source::condition)
    d.of_condition =
        allocate_outputs(layer.of_condition(), own(layer.of_condition()), tape.k.dim(0) * tape.k.dim(1), dtype, pass.arena);
  const bool of_x = layer.source == DitAttention::Source::x;
  d.dk = heads(of_x ? d.of_x.each[1] : d.of_condition.each[0], tape.k);
  d.dv = heads(of_x ? d.of_x.each[2] : d.of_condition.each[1], tape.v);
  return d;
}

}  // namespace

void dit_attention_backward(const DitAttentionCall& call, const Tensor& dy, ConstTensor x, ConstTensor source,
                            const AttentionTape& tape, const DitAttentionGradients& gradients, const DitLayerPass& pass) {
  const DitAttention& layer = call.layer;
  const bool queries = layer.q_proj.trains() || gradients.dx;
  const bool keys = layer.k_proj.trains() || layer.v_proj.trains() || gradients.dsource;
  const Arena::Scope scope(pass.arena);
  const Tensor dout = queries || keys ? pass.arena.alloc(tape.out.dtype(), tape.out.shape()) : Tensor();
  group_backward(layer.output(), GroupOutput::of(dy), flat_heads(tape.out), tape.out_low_rank, dout ? flat_heads(dout) : Tensor(),
                 Write::overwrite, pass.pass, pass.arena, pass.stream);
  if (!dout) return;

  const NormedHeads q = normed_again(call, tape.q, layer.q_norm, tape.normed_q, pass);
  const NormedHeads k = normed_again(call, tape.k, layer.k_norm, tape.normed_k, pass);
  const ProjectionGradients d = allocate_gradients(layer, tape, keys, pass);
  {
    const Arena::Scope scratch(pass.arena);
    const bool keeps = keys && pass.pass.kernels(pass.stream) == DeviceKind::cuda;
    const int64_t scores = keeps ? attention_score_elements(q.values, k.values, call.window, Causality::bidirectional) : 0;
    attention_backward({.dout = dout,
                        .q = q.values,
                        .k = k.values,
                        .v = tape.v,
                        .out = tape.out,
                        .lse = tape.lse,
                        .dq = d.dq,
                        .dk = d.dk,
                        .dv = d.dv,
                        .delta = pass.arena.alloc(DType::f32, tape.lse.shape()),
                        .scale = score_scale(pass.stack),
                        .window = call.window,
                        .key_mask = call.key_mask,
                        .dscores = scores > 0 ? pass.arena.alloc(d.dq.dtype(), {scores}) : Tensor()},
                       pass.stream);
  }
  if (queries) norm_heads_backward(call, d.dq, tape.q, layer.q_norm, q, pass);
  if (keys) norm_heads_backward(call, d.dk, tape.k, layer.k_norm, k, pass);
  const auto project = [&](const LinearGroup& group, const GroupOutput& dy_of, const GroupOutput& kept, ConstTensor input,
                           Tensor to, Write write) {
    group_backward(group, dy_of, rows_of(input, pass.stack.hidden_size), kept.low_rank, to, write, pass.pass, pass.arena,
                   pass.stream);
  };
  const LinearGroup of_x = layer.of_x();
  const size_t first = queries ? 0 : 1, end = keys ? of_x.layers.size() : 1;
  if (first < std::min(end, of_x.layers.size()))
    project(of_x.part(first, end), output_part(of_x, d.of_x, first, end, pass.pass),
            output_part(of_x, tape.of_x, first, end, pass.pass), x, gradients.dx, Write::overwrite);
  if (keys && layer.source == DitAttention::Source::condition)
    project(layer.of_condition(), d.of_condition, tape.of_condition, source, gradients.dsource, Write::accumulate);
}

}  // namespace sidestep
