#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/arena.h"
#include "models/linear.h"
#include "models/model_config.h"
#include "models/rope.h"
#include "models/weights.h"
#include "ops/attention.h"

namespace sidestep {

/// A pre-norm layer of Qwen3 and of ACE-Step's lyric and timbre encoders: self-attention with QK-norm and rotary positions,
/// then a SwiGLU MLP, each added to its input.
struct EncoderLayer {
  ConstTensor input_layernorm, post_attention_layernorm;  ///< [D]
  Linear q_proj, k_proj, v_proj, o_proj;
  ConstTensor q_norm, k_norm;  ///< [hd]
  Linear gate_proj, up_proj, down_proj;

  static EncoderLayer load(const Weights& weights, const std::string& name, const StackConfig& config);
};

/// How a stack is attended.
struct EncoderAttention {
  Causality causality = Causality::bidirectional;
  ConstTensor key_mask{};  ///< [B, T] u8 or empty: padding as a key; padded queries still get values, as upstream
};

/// Layers and the final norm, frozen, inference only. Not thread-safe: rotary tables grow on demand.
class EncoderStack {
 public:
  /// `layers.N.…` and `norm.weight` below `weights`.
  EncoderStack(const StackConfig& config, const Weights& weights);

  /// h [B, T, D], in place: every layer, then the norm. `observe`, if given, sees "layerN" before the norm.
  void forward(Tensor h, const EncoderAttention& attention, Arena& arena, Stream& stream,
               const std::function<void(std::string_view, ConstTensor)>& observe = {});

  const StackConfig& config() const { return config_; }

 private:
  StackConfig config_;
  std::vector<EncoderLayer> layers_;
  ConstTensor norm_;
  RopeTable rope_;
};

}  // namespace sidestep
