#pragma once
#include "models/dit_layer.h"

namespace sidestep {

enum class Rotary : uint8_t { applied, none };

/// [B * T, H hd], rows perhaps strided, as [B, T, H, hd].
Tensor as_heads(const Tensor& rows, int64_t batch, int64_t head_dim);

/// How one attention of a layer is called: self-attention rotates and may have a window, cross-attention not.
struct DitAttentionCall {
  const DitAttention& layer;
  Rotary rotary = Rotary::none;
  int64_t window = kNoWindow;
  ConstTensor key_mask{};
};

/// y = o_proj(attention(q_proj(x), k_proj(source), v_proj(source))) with QK-norm.
/// x [B, P, D], source [B, S, D], y [B * P, D]. The tape must be allocated; normalised heads are scratch.
void dit_attention_forward(const DitAttentionCall& call, ConstTensor x, ConstTensor source, AttentionTape& tape, Tensor y,
                           const DitLayerPass& pass);

/// Keys after QK-norm and values of source [B, S, D], as the function above makes them; k, v [B, S, Hk, hd].
struct DitAttentionKeys {
  GroupOutput projected;  ///< of k, v: the memory of both
  Tensor k, v;
};
DitAttentionKeys allocate_keys(const DitAttention& layer, int64_t batch, int64_t tokens, const PassContext& pass, Arena& arena);
void dit_attention_keys(const DitAttention& layer, ConstTensor source, const DitAttentionKeys& keys, const DitLayerPass& pass);

/// The same attention over keys that were made before, each set for the next samples of the batch: the same bits.
void dit_attention_forward_over(const std::vector<CrossKeys>& keys, const DitAttentionCall& call, ConstTensor x,
                                AttentionTape& tape, Tensor y, const DitLayerPass& pass);

struct DitAttentionGradients {
  Tensor dx{};       ///< [B * P, D] overwritten with the share of all that reads x; empty if not needed
  Tensor dsource{};  ///< [B * S, D] a condition's share is added; empty if not needed. Of self-attention: dx, or empty with it
};

/// Adapter gradients and input gradients for dy [B * P, D]. x and source are read only by adapters of q, k, v: either
/// may be empty where none of the layers it feeds trains.
void dit_attention_backward(const DitAttentionCall& call, const Tensor& dy, ConstTensor x, ConstTensor source,
                            const AttentionTape& tape, const DitAttentionGradients& gradients, const DitLayerPass& pass);

}  // namespace sidestep
