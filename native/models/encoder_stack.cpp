#include "models/encoder_stack.h"

#include <cmath>

#include "ops/elementwise.h"
#include "ops/norm.h"

namespace sidestep {

EncoderLayer EncoderLayer::load(const Weights& weights, const std::string& name, const StackConfig& config) {
  const Bias bias = config.attention_bias == AttentionBias::present ? Bias::present : Bias::absent;
  const int64_t hidden = config.hidden_size, inner = config.intermediate_size;
  const std::string attention = name + ".self_attn.", mlp = name + ".mlp.";
  return {.input_layernorm = weights.tensor(name + ".input_layernorm.weight", {hidden}),
          .post_attention_layernorm = weights.tensor(name + ".post_attention_layernorm.weight", {hidden}),
          .q_proj = load_linear(weights, attention + "q_proj", hidden, config.query_size(), bias),
          .k_proj = load_linear(weights, attention + "k_proj", hidden, config.key_size(), bias),
          .v_proj = load_linear(weights, attention + "v_proj", hidden, config.key_size(), bias),
          .o_proj = load_linear(weights, attention + "o_proj", config.query_size(), hidden, bias),
          .q_norm = weights.tensor(attention + "q_norm.weight", {config.head_dim}),
          .k_norm = weights.tensor(attention + "k_norm.weight", {config.head_dim}),
          .gate_proj = load_linear(weights, mlp + "gate_proj", hidden, inner, Bias::absent),
          .up_proj = load_linear(weights, mlp + "up_proj", hidden, inner, Bias::absent),
          .down_proj = load_linear(weights, mlp + "down_proj", inner, hidden, Bias::absent)};
}

EncoderStack::EncoderStack(const StackConfig& config, const Weights& weights)
    : config_(config), rope_(config.head_dim, config.rope_theta) {
  for (int64_t i = 0; i < config.num_layers(); ++i) {
    layers_.push_back(EncoderLayer::load(weights, "layers." + std::to_string(i), config));
  }
  norm_ = weights.tensor("norm.weight", {config.hidden_size});
}

namespace {

struct LayerCall {
  const StackConfig& config;
  const EncoderLayer& layer;
  int64_t window;
  const EncoderAttention& attention;
  ConstTensor cos, sin;
  Arena& arena;
  Stream& stream;

  float eps() const { return static_cast<float>(config.rms_norm_eps); }
  /// y = layer(x) without an adapter: encoders are never trained.
  void linear(const Linear& layer_, ConstTensor x, Tensor y) const { linear_forward(layer_, x, y, {}, arena, stream); }
};

/// A projection split into heads, normalised and rotated if a norm is given.
Tensor project_heads(const LayerCall& call, const Linear& projection, const ConstTensor& norm, ConstTensor x, int64_t batch) {
  const int64_t head_dim = call.config.head_dim, rows = x.dim(0), width = projection.out_features();
  const Tensor heads = call.arena.alloc(x.dtype(), {batch, rows / batch, width / head_dim, head_dim});
  call.linear(projection, x, heads.reshape({rows, width}));
  if (!norm) return heads;
  qk_norm_rope({.x = heads, .weight = norm, .cos = call.cos, .sin = call.sin, .y = heads, .eps = call.eps()}, call.stream);
  return heads;
}

/// h [B * T, D] += self-attention of its norm.
void add_attention(const LayerCall& call, Tensor h, int64_t batch) {
  const Arena::Scope scope(call.arena);
  const EncoderLayer& layer = call.layer;
  const Tensor x = call.arena.alloc(h.dtype(), h.shape());
  rms_norm({.x = h, .weight = layer.input_layernorm, .y = x, .eps = call.eps()}, call.stream);
  const Tensor q = project_heads(call, layer.q_proj, layer.q_norm, x, batch);
  const Tensor k = project_heads(call, layer.k_proj, layer.k_norm, x, batch);
  const Tensor v = project_heads(call, layer.v_proj, {}, x, batch);
  const Tensor out = call.arena.alloc(q.dtype(), q.shape());
  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(call.config.head_dim)));
  sidestep::attention({.q = q,
                       .k = k,
                       .v = v,
                       .out = out,
                       .scale = scale,
                       .window = call.window,
                       .causality = call.attention.causality,
                       .key_mask = call.attention.key_mask},
                      call.stream);
  call.linear(layer.o_proj, out.reshape({h.dim(0), call.config.query_size()}), x);
  add({.a = h, .b = x, .y = h}, call.stream);
}

/// h [B * T, D] += SwiGLU MLP of its norm.
void add_mlp(const LayerCall& call, Tensor h) {
  const Arena::Scope scope(call.arena);
  const Tensor x = call.arena.alloc(h.dtype(), h.shape());
  const Tensor gate = call.arena.alloc(h.dtype(), {h.dim(0), call.config.intermediate_size});
  const Tensor up = call.arena.alloc(h.dtype(), gate.shape());
  rms_norm({.x = h, .weight = call.layer.post_attention_layernorm, .y = x, .eps = call.eps()}, call.stream);
  call.linear(call.layer.gate_proj, x, gate);
  call.linear(call.layer.up_proj, x, up);
  swiglu({.gate = gate, .up = up, .y = gate}, call.stream);
  call.linear(call.layer.down_proj, gate, x);
  add({.a = h, .b = x, .y = h}, call.stream);
}

}  // namespace

void EncoderStack::forward(Tensor h, const EncoderAttention& attention, Arena& arena, Stream& stream,
                           const std::function<void(std::string_view, ConstTensor)>& observe) {
  const int64_t batch = h.dim(0), length = h.dim(1);
  const Tensor rows = h.reshape({batch * length, h.dim(2)});
  rope_.ensure(length, stream);
  for (size_t i = 0; i < layers_.size(); ++i) {
    stream.throw_if_cancelled();
    const LayerCall call{config_, layers_[i], config_.windows[i], attention, rope_.cos(), rope_.sin(), arena, stream};
    add_attention(call, rows, batch);
    add_mlp(call, rows);
    if (observe) observe("layer" + std::to_string(i), h);
  }
  rms_norm({.x = rows, .weight = norm_, .y = rows, .eps = static_cast<float>(config_.rms_norm_eps)}, stream);
}

}  // namespace sidestep
