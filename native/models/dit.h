#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/dit_condition.h"
#include "models/dit_layer.h"
#include "models/dit_reach.h"
#include "models/dit_tape.h"
#include "models/layer_stream.h"
#include "models/linear.h"
#include "models/model_config.h"
#include "models/rope.h"
#include "models/timestep_embedder.h"
#include "models/weights.h"

namespace sidestep {

/// One batch. B samples, T latent frames, S condition tokens; any float dtype, converted to the compute dtype.
struct DitInput {
  ConstTensor x_t;        ///< [B, T, C] noisy latents
  ConstTensor context;    ///< [B, T, in_channels - C] context latents: source latents, chunk mask of ones
  ConstTensor condition;  ///< [B, S, De] from the condition encoder, or the null condition; empty with `keys`
  ConstTensor t;          ///< [B] f32, 1 is noise
  ConstTensor r;          ///< [B] f32; equals t in ACE-Step's training
  /// Latent frames of each sample that are real; the rest of T is batching. Those frames are zeroed and their patches
  /// are no keys in self-attention, so each sample computes what it would alone. Empty: all T, as upstream, which
  /// ignores its masks.
  std::vector<int64_t> valid_frames{};
  /// Condition tokens of each sample that its encoder made; the rest of S is batching and is no key in cross-attention.
  /// Padding the encoder itself made counts as valid: upstream attends to it in training and in use. Empty: all S.
  std::vector<int64_t> valid_tokens{};
  /// In place of `condition` in a pass that keeps nothing: what was made of it before, each for the batch's next samples.
  std::vector<const ConditionKeys*> keys{};
};

/// Sees intermediate values by name as they appear: "temb", "timestep_proj", "proj_in", "cond_embed", "layerN",
/// "layerN.self_attn" (also .cross_attn, .mlp), "norm_out". Values are valid during the call only.
using Observer = std::function<void(std::string_view name, ConstTensor value)>;

/// Gradients of the inputs, each optional; only with DitTape::input_gradients wanted.
struct DitInputGradients {
  Tensor x_t{};        ///< [B, T, C] f32
  Tensor condition{};  ///< [B, S, De] f32
};

enum class NullCondition : uint8_t { load, skip };

/// ACE-Step 1.5's diffusion transformer (`decoder.*`) with its null condition, base weights frozen, one adapter slot for
/// every Linear. x_t and context enter as flattened patches; see linear.h for patch convolutions.
/// Not thread-safe: rotary tables grow on demand.
class Dit {
 public:
  /// Names are upstream's: `decoder.…` and `null_condition_emb` below `weights`.
  /// Of a card's model only the lowest `resident_layers` lie there, the others wait on the host (layer_stream.h); unset: all.
  /// Throws native/tensor-missing, native/tensor-shape, native/tensor-dtype.
  Dit(const DitConfig& config, const Weights& weights, NullCondition null_condition = NullCondition::load,
      std::optional<int64_t> resident_layers = {});

  const DitConfig& config() const { return config_; }
  DType compute_dtype() const { return weights_.dtype(); }
  Device device() const { return weights_.device(); }
  /// Bytes of weights and rotary tables held, without mapped files.
  size_t owned_bytes() const;
  /// Bytes of layers that wait on the host, page-locked.
  size_t streamed_bytes() const { return streamed_ ? streamed_->host_bytes() : 0; }
  /// [De] the learned stand-in for a dropped condition; empty if skipped at load.
  ConstTensor null_condition() const { return null_condition_; }

  /// Rotary tables for up to `frames` latent frames: made before the first pass, they stay where they are.
  void reserve(int64_t frames, Stream& stream);

  /// Every adaptable Linear in upstream's order of definition, named as below `decoder.`: "layers.0.self_attn.q_proj",
  /// "time_embed.linear_1", "proj_in.1", "condition_embedder". The transposed convolution proj_out is none.
  void for_each_linear(const std::function<void(Linear&)>& visit);
  /// The same in groups that read one x: q, k, v; gate, up.
  void for_each_group(const std::function<void(const std::vector<Linear*>&)>& visit);
  /// Throws native/unknown-linear.
  Linear& linear(std::string_view name);

  /// Keys and values of every cross-attention for condition [B, S, De], of which the first `valid_tokens` of each sample count
  /// (empty: all). They depend on the adapter and its strength. Throws native/shape-mismatch.
  ConditionKeys condition_keys(ConstTensor condition, const std::vector<int64_t>& valid_tokens, const PassContext& pass,
                               Arena& arena, Stream& stream);

  /// pred [B, T, C] (f32 or compute dtype): the velocity. Nothing is kept.
  /// Throws native/shape-mismatch.
  void forward(const DitInput& input, Tensor pred, const PassContext& pass, Arena& arena, Stream& stream,
               const Observer& observe = {});
  /// The same numbers, keeping in `arena` what backward needs of the layers that have adapters at or below them.
  void forward(const DitInput& input, Tensor pred, DitTape& tape, const PassContext& pass, Arena& arena, Stream& stream);
  /// Adds the adapters' gradients for dpred [B, T, C]. `pass` is the forward pass's. Goes no lower than the lowest
  /// adapter; the condition side and the timestep side are visited only if an adapter there, or the caller, wants them.
  void backward(ConstTensor dpred, DitTape& tape, const PassContext& pass, Arena& arena, Stream& stream,
                const DitInputGradients& gradients = {});

 private:
  friend struct DitForward;
  friend struct DitBackward;
  DitReach reach(InputGradients inputs) const;

  DitConfig config_;
  Weights weights_;
  Linear proj_in_, proj_out_, condition_embedder_;
  TimestepEmbedder time_embed_, time_embed_r_;
  std::vector<DitLayer> layers_;
  std::unique_ptr<LayerStream> streamed_;  ///< null where all layers lie on the device
  ConstTensor norm_out_;                   ///< [D]
  ConstTensor scale_shift_table_;          ///< [2, D]: shift, scale
  ConstTensor null_condition_;
  RopeTable rope_;
};

}  // namespace sidestep
