#pragma once
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

enum class Causality : uint8_t { bidirectional, causal };

constexpr int64_t kNoWindow = -1;

/// Scaled dot-product attention with grouped key/value heads and streaming softmax (Milakov & Gimelshein 2018; Dao 2022);
/// the T×S matrix is never stored. Query t may attend key s when
///   |t - s| <= window (inclusive; kNoWindow: always), s <= t if causal, and key_mask[b, s] != 0 if a mask is given.
/// A query that may attend no key gets the mean of all S values: upstream's additive finfo.min masks do the same.
/// Query head h reads key/value head h / (H / Hk). Softmax in f32. Band and causal triangle are skipped, not masked.
struct Attention {
  ConstTensor q;     ///< [B, T, H, hd]; hd contiguous, the rest may be strided
  ConstTensor k, v;  ///< [B, S, Hk, hd]
  Tensor out;        ///< [B, T, H, hd]
  Tensor lse{};      ///< [B, H, T] f32 log-sum-exp of scaled scores, kept for the backward pass, or empty
  float scale = 1;   ///< usually 1 / sqrt(hd)
  int64_t window = kNoWindow;
  Causality causality = Causality::bidirectional;
  ConstTensor key_mask{};  ///< [B, S] u8, or empty
};
void attention(const Attention& op, Stream& stream);

/// Elements of q's dtype in which a card keeps dS between the kernel that makes them and the product that makes dq of them: all
/// key heads' of the batch, or as many as 320 MiB hold, at least one. 0 where nothing is kept: tensor cores take 16-bit heads of
/// 64 and 128.
int64_t attention_score_elements(const ConstTensor& q, const ConstTensor& k, int64_t window, Causality causality);

/// Gradients by recomputing scores from lse (Dao 2022, Algorithm 4). delta[b,h,t] = dot(dout, out) is computed inside.
/// Bits do not depend on the number of threads. A query without keys passes dout / S to every value and nothing to q, k.
struct AttentionBackward {
  ConstTensor dout, q, k, v, out;
  ConstTensor lse;    ///< [B, H, T] f32
  Tensor dq;          ///< like q;    written
  Tensor dk{}, dv{};  ///< like k, v; written; both or neither (cross-attention to a frozen condition needs none)
  Tensor delta;       ///< [B, H, T] f32 scratch
  float scale = 1;
  int64_t window = kNoWindow;
  Causality causality = Causality::bidirectional;
  ConstTensor key_mask{};
  /// [n] like q: scratch of a card (attention_score_elements, or room for one key head); empty: the backend's own. A CPU takes
  /// none. The bits do not depend on how much it is.
  Tensor dscores{};
};
void attention_backward(const AttentionBackward& op, Stream& stream);

}  // namespace sidestep
