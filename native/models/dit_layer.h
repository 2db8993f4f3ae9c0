#pragma once
#include <functional>
#include <string>

#include "core/arena.h"
#include "models/dit_condition.h"
#include "models/dit_tape.h"
#include "models/linear.h"
#include "models/linear_group.h"
#include "models/model_config.h"
#include "models/weights.h"
#include "ops/attention.h"
#include "ops/norm.h"

namespace sidestep {

/// Projections and QK-norms of one attention of a DiT layer.
struct DitAttention {
  /// What keys and values are made of: what queries are made of, or the condition.
  enum class Source : uint8_t { x, condition };
  Linear q_proj, k_proj, v_proj, o_proj;
  ConstTensor q_norm, k_norm;  ///< [hd]
  Source source = Source::x;
  FrozenMatrix beside{};  ///< weights of q, k, v, or with a condition of k, v, where they lie beside each other

  static DitAttention load(const Weights& weights, const std::string& name, const StackConfig& stack, Source source);
  /// The projections that read x: q, k, v, or q alone.
  LinearGroup of_x() const {
    return source == Source::x ? LinearGroup({&q_proj, &k_proj, &v_proj}, beside) : LinearGroup({&q_proj});
  }
  /// Those that read a condition: k, v.
  LinearGroup of_condition() const { return {{&k_proj, &v_proj}, beside}; }
  LinearGroup output() const { return {{&o_proj}}; }
  bool trains() const { return q_proj.trains() || k_proj.trains() || v_proj.trains() || o_proj.trains(); }
  /// Whether a backward pass reads what the projections of x read.
  bool reads_x() const { return q_proj.trains() || (source == Source::x && (k_proj.trains() || v_proj.trains())); }
};

/// One layer: AdaLN self-attention with a gate, plain cross-attention, AdaLN SwiGLU MLP with a gate.
struct DitLayer {
  ConstTensor self_attn_norm, cross_attn_norm, mlp_norm;  ///< [D]
  DitAttention self_attn, cross_attn;
  Linear gate_proj, up_proj, down_proj;
  FrozenMatrix gate_up{};         ///< weights of gate and up where they lie beside each other
  ConstTensor scale_shift_table;  ///< [6, D]
  int64_t window = kNoWindow;

  static DitLayer load(const Weights& weights, int64_t index, const StackConfig& stack);
  LinearGroup of_mlp() const { return {{&gate_proj, &up_proj}, gate_up}; }
  LinearGroup of_activated() const { return {{&down_proj}}; }
  bool mlp_reads_x() const { return gate_proj.trains() || up_proj.trains(); }
  bool mlp_trains() const { return gate_proj.trains() || up_proj.trains() || down_proj.trains(); }
  bool trains() const { return self_attn.trains() || cross_attn.trains() || mlp_trains(); }
};

/// How the projections of all layers lie in a tape: a layer that is computed again takes another one's places.
struct TapeLayout {
  OutputLayout self_x, self_output, cross_x, cross_condition, cross_output, mlp;
};
TapeLayout tape_layout(const std::vector<DitLayer>& layers, const PassContext& pass);

/// What every layer of a pass shares.
struct DitLayerPass {
  const StackConfig& stack;
  const PassContext& pass;
  Arena& arena;
  Stream& stream;
  TapeLayout layout;
  int64_t batch, patches, tokens;  ///< B, P, S; S is 0 with `keys`
  ConstTensor projection;          ///< [B, 6, D] of the timestep embedders
  ConstTensor condition;           ///< [B, S, D] embedded
  ConstTensor cos, sin;            ///< rotary tables
  ConstTensor patch_mask{};        ///< [B, P] u8 or empty: keys of self-attention
  ConstTensor token_mask{};        ///< [B, S] u8 or empty: keys of cross-attention
  std::vector<CrossKeys> keys{};   ///< of this layer, each for the next samples; empty: made from `condition`
};

/// What flows out of a layer's backward pass, without adapter gradients.
struct DitLayerNeeds {
  bool input = false;       ///< something below the layer wants the gradient of its input
  bool modulation = false;  ///< a timestep embedder trains
  bool condition = false;   ///< the condition embedder trains
};

/// Places for the modulation and for what these parts leave.
DitLayerTape allocate_tape(const DitLayer& layer, const DitLayerPass& pass, const DitLayerNeeds& needs, KeptParts parts = {});

/// y = layer(x); x, y [B, P, D], y may alias x. Everything backward needs is written to `tape`.
/// `observe`, if given, is called with "self_attn", "cross_attn", "mlp" and each branch's output.
void dit_layer_forward(const DitLayer& layer, ConstTensor x, Tensor y, DitLayerTape& tape, const DitLayerPass& pass,
                       const std::function<void(const char*, ConstTensor)>& observe = {});

/// A branch's output that is still to be added to the residual stream: whoever normalises the sum next adds it. Empty: the sum is
/// there.
struct Unadded {
  ConstTensor x{}, out{}, gate{};

  AddedFirst into(const Tensor& sum) const {
    return out ? AddedFirst{.h = out.reshape(sum.shape()), .gate = gate, .sum = sum} : AddedFirst{};
  }
  ConstTensor first(const Tensor& sum) const { return out ? x : ConstTensor(sum); }
};

/// dit_layer_forward but for its last addition, which is returned: `after_cross` of the tape, and the MLP's output in `branch`
/// [B * P, D] (in the tape, where gates need gradients). What the layer below left to add is added into x by the first norm.
Unadded dit_layer_forward_unadded(const DitLayer& layer, const Tensor& x, const Unadded& below, DitLayerTape& tape,
                                  const Tensor& branch, const DitLayerPass& pass);

/// Where the branches' outputs lie in turn, [B * P, D]: each until it has been added to the residual stream.
Tensor branch_output(const DitLayerPass& pass);
/// Writes what these parts left to `tape` once more, the same bits, given all that the others left.
void dit_layer_recompute(const DitLayer& layer, ConstTensor x, DitLayerTape& tape, KeptParts parts, const DitLayerPass& pass);

struct DitLayerGradients {
  Tensor dh;          ///< [B, P, D]: of the output on entry, of the input on return (if needed)
  Tensor modulation;  ///< [B, 6, D] f32, accumulated over layers; empty if not needed
  Tensor condition;   ///< [B * S, D], accumulated over layers; empty if not needed
  /// [B, P, D], given where nobody wants the gates' own gradients: dh through the gate of the MLP on entry, through that of the
  /// layer below on return.
  Tensor gated{};
  ConstTensor gate_below{};  ///< [B, D] of the MLP of the layer below, or empty
};

/// Consumes the tape. x is the layer's input.
void dit_layer_backward(const DitLayer& layer, ConstTensor x, DitLayerTape& tape, const DitLayerNeeds& needs,
                        const DitLayerGradients& gradients, const DitLayerPass& pass);

}  // namespace sidestep
