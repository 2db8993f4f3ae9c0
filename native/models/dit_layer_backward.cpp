#include "models/dit_attention.h"
#include "models/dit_layer.h"
#include "ops/elementwise.h"
#include "ops/norm.h"

namespace sidestep {

namespace {

/// Whether a branch also passes the gradient of its input on to the layers below it.
enum class Below : uint8_t { unwanted, wanted };

/// Everything the three branches of one layer's backward pass look at.
struct Backward {
  const DitLayer& layer;
  DitLayerTape& tape;
  const DitLayerGradients& gradients;
  const DitLayerNeeds& needs;
  const DitLayerPass& pass;

  int64_t rows() const { return pass.batch * pass.patches; }
  int64_t hidden() const { return pass.stack.hidden_size; }
  Tensor flat(const Tensor& t) const { return t.reshape({rows(), hidden()}); }
  Tensor scratch(int64_t width) const { return pass.arena.alloc(pass.projection.dtype(), {rows(), width}); }
  /// Row `part` of the layer's modulation and of its gradient, the latter empty where it is not needed.
  ConstTensor modulation(int part) const { return tape.modulation.select(1, part); }
  Tensor dmodulation(int part) const { return needs.modulation ? gradients.modulation.select(1, part) : Tensor(); }
  float eps() const { return static_cast<float>(pass.stack.rms_norm_eps); }
};

/// Gradient of a branch's output, before its gate: dbranch = dh * gate.
Tensor through_gate(const Backward& b, int gate, const Tensor& branch_out) {
  const Tensor dbranch = b.scratch(b.hidden());
  const Shape shape = b.gradients.dh.shape();
  gated_add_backward({.dy = b.gradients.dh,
                      .h = branch_out ? branch_out.reshape(shape) : Tensor(),
                      .gate = b.modulation(gate),
                      .dh = dbranch.reshape(shape),
                      .dgate = b.dmodulation(gate)},
                     b.pass.stream);
  return dbranch;
}

/// The same as the backward pass of the norm before it left it, where the gate's own gradient is not needed, which
/// GatedAddBackward has.
Tensor gradient_of_branch(const Backward& b, int gate, const Tensor& branch_out) {
  return b.gradients.gated ? b.flat(b.gradients.gated) : through_gate(b, gate, branch_out);
}

/// What a norm's backward pass, over operands of this shape, leaves for the branch that comes next.
GatedAfter gate_for_next(const Backward& b, const ConstTensor& gate, const Shape& shape) {
  if (!b.gradients.gated || !gate) return {};
  return {.gate = gate, .gated = b.gradients.gated.reshape(shape)};
}

/// Adds the gradient that reached the normalised input to the residual stream's.
void through_modulated_norm(const Backward& b, int shift, const ConstTensor& weight, const ConstTensor& x,
                            const ConstTensor& inv_rms, const Tensor& dnormed, const GatedAfter& after) {
  modulated_rms_norm_backward({.dy = dnormed.reshape(x.shape()),
                               .x = x,
                               .weight = weight,
                               .scale = b.modulation(shift + 1),
                               .inv_rms = inv_rms,
                               .dx = b.gradients.dh,
                               .beta = 1,
                               .dshift = b.dmodulation(shift),
                               .dscale = b.dmodulation(shift + 1),
                               .after = after},
                              b.pass.stream);
}

/// What the branch's projections read: kept, or computed again.
Tensor modulated_input(const Backward& b, int shift, const ConstTensor& weight, const ConstTensor& x, const Tensor& kept) {
  if (kept) return b.flat(kept);
  const Tensor normed = b.pass.arena.alloc(x.dtype(), x.shape());
  modulated_rms_norm(
      {.x = x, .weight = weight, .shift = b.modulation(shift), .scale = b.modulation(shift + 1), .y = normed, .eps = b.eps()},
      b.pass.stream);
  return b.flat(normed);
}

/// SwiGLU's output again, only for an adapter of down_proj; then its gradient, in place of gate and up.
void through_down_proj(const Backward& b, Below inputs) {
  const Arena::Scope scope(b.pass.arena);
  const int64_t inner = b.layer.down_proj.in_features();
  const Tensor dout = gradient_of_branch(b, 5, b.tape.mlp_out);
  const Tensor &gate = b.tape.gate_up.each[0], &up = b.tape.gate_up.each[1];
  Tensor activated;
  if (b.layer.down_proj.trains()) {
    activated = b.scratch(inner);
    swiglu({.gate = gate, .up = up, .y = activated}, b.pass.stream);
  }
  const Tensor dactivated = inputs == Below::wanted ? b.scratch(inner) : Tensor();
  group_backward(b.layer.of_activated(), GroupOutput::of(dout), activated, {}, dactivated, Write::overwrite, b.pass.pass,
                 b.pass.arena, b.pass.stream);
  if (!dactivated) return;
  swiglu_backward({.dy = dactivated, .gate = gate, .up = up, .dgate = gate, .dup = up}, b.pass.stream);
}

void mlp_backward(const Backward& b, Below below) {
  const Arena::Scope scope(b.pass.arena);
  const bool inputs_train = b.layer.mlp_reads_x();
  const Below inputs = inputs_train ? Below::wanted : below;
  through_down_proj(b, inputs);
  if (inputs == Below::unwanted) return;
  const ConstTensor x =
      inputs_train ? ConstTensor(modulated_input(b, 3, b.layer.mlp_norm, b.tape.after_cross, b.tape.mlp_normed)) : ConstTensor();
  const Tensor dnormed = below == Below::wanted ? b.scratch(b.hidden()) : Tensor();
  group_backward(b.layer.of_mlp(), b.tape.gate_up, x, b.tape.gate_up.low_rank, dnormed, Write::overwrite, b.pass.pass,
                 b.pass.arena, b.pass.stream);
  if (dnormed) through_modulated_norm(b, 3, b.layer.mlp_norm, b.tape.after_cross, b.tape.mlp_inv_rms, dnormed, {});
}

void cross_attention_backward(const Backward& b, Below below) {
  const Arena::Scope scope(b.pass.arena);
  const ConstTensor x = b.flat(b.tape.after_self);
  Tensor normed = b.tape.cross_normed ? b.flat(b.tape.cross_normed) : Tensor();
  if (b.layer.cross_attn.reads_x() && !normed) {
    normed = b.scratch(b.hidden());
    rms_norm({.x = x, .weight = b.layer.cross_attn_norm, .y = normed, .eps = b.eps()}, b.pass.stream);
  }
  const Tensor dnormed = below == Below::wanted ? b.scratch(b.hidden()) : Tensor();
  const Tensor dh = b.flat(b.gradients.dh);
  dit_attention_backward({.layer = b.layer.cross_attn, .rotary = Rotary::none, .key_mask = b.pass.token_mask}, dh, normed,
                         b.pass.condition, b.tape.cross,
                         {.dx = dnormed, .dsource = b.needs.condition ? b.gradients.condition : Tensor()}, b.pass);
  if (!dnormed) return;
  rms_norm_backward({.dy = dnormed,
                     .x = x,
                     .weight = b.layer.cross_attn_norm,
                     .inv_rms = b.tape.cross_inv_rms,
                     .dx = dh,
                     .beta = 1,
                     .after = gate_for_next(b, b.modulation(2), x.shape())},
                    b.pass.stream);
}

void self_attention_backward(const Backward& b, ConstTensor x, Below below) {
  const Arena::Scope scope(b.pass.arena);
  const DitAttention& attn = b.layer.self_attn;
  const Tensor dout = gradient_of_branch(b, 2, b.tape.self_out);
  const ConstTensor normed =
      attn.reads_x() ? ConstTensor(modulated_input(b, 0, b.layer.self_attn_norm, x, b.tape.self_normed)) : ConstTensor();
  const Tensor dnormed = below == Below::wanted ? b.scratch(b.hidden()) : Tensor();
  dit_attention_backward({.layer = attn, .rotary = Rotary::applied, .window = b.layer.window, .key_mask = b.pass.patch_mask},
                         dout, normed, normed, b.tape.self, {.dx = dnormed, .dsource = dnormed}, b.pass);
  if (!dnormed) return;
  through_modulated_norm(b, 0, b.layer.self_attn_norm, x, b.tape.self_inv_rms, dnormed,
                         gate_for_next(b, b.gradients.gate_below, x.shape()));
}

}  // namespace

void dit_layer_backward(const DitLayer& layer, ConstTensor x, DitLayerTape& tape, const DitLayerNeeds& needs,
                        const DitLayerGradients& gradients, const DitLayerPass& pass) {
  const Backward b{layer, tape, gradients, needs, pass};
  const bool reaches_input = needs.input || needs.modulation;
  const bool reaches_self = reaches_input || layer.self_attn.trains();
  const bool reaches_cross = reaches_self || needs.condition || layer.cross_attn.trains();
  const auto below = [](bool reached) { return reached ? Below::wanted : Below::unwanted; };
  if (reaches_cross || layer.mlp_trains()) mlp_backward(b, below(reaches_cross));
  if (reaches_cross) cross_attention_backward(b, below(reaches_self));
  if (reaches_self) self_attention_backward(b, x, below(reaches_input));
}

}  // namespace sidestep
