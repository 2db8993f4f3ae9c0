#pragma once
#include <vector>

#include "core/tensor.h"
#include "models/activation_offload.h"
#include "models/kept_parts.h"
#include "models/linear_group.h"

namespace sidestep {

/// Whether backward also delivers the gradients of what goes into the model (tests and analysis; training needs none).
enum class InputGradients : uint8_t { none, wanted };

/// Heads after QK-norm and rotation, with what their backward pass needs.
struct NormedHeads {
  Tensor values;   ///< as the projection, [B, T, H, hd]
  Tensor inv_rms;  ///< [B, T, H] f32
};

/// What an attention keeps: projections before QK-norm, the heads' output and the log-sum-exp of its scores.
/// Normalised queries and keys are recomputed where they have no place.
struct AttentionTape {
  Tensor q, k, v;                      ///< [B, T, H, hd], [B, S, Hk, hd] twice: views of the two below
  Tensor out;                          ///< [B, T, H, hd]
  Tensor lse;                          ///< [B, H, T] f32
  GroupOutput of_x;                    ///< [B * T, …] of the projections that read x
  GroupOutput of_condition;            ///< [B * S, …] of those that read a condition; empty where its keys were made before
  Tensor out_low_rank;                 ///< [B * T, r] of o_proj's adapter, or empty
  NormedHeads normed_q{}, normed_k{};  ///< or empty
};

/// What one DiT layer keeps, without its input: the modulation, and what its parts leave as far as they keep it. SwiGLU's
/// output is recomputed, and so are normalised inputs and heads where they have no place.
struct DitLayerTape {
  Tensor modulation;                                ///< [B, 6, D]: shift, scale, gate of self-attention, then of the MLP
  Tensor self_inv_rms, cross_inv_rms, mlp_inv_rms;  ///< [B * P] f32
  AttentionTape self, cross;
  Tensor after_self, after_cross;                ///< [B, P, D] residual stream
  GroupOutput gate_up;                           ///< [B * P, I] each
  Tensor self_out, mlp_out;                      ///< [B * P, D]; only where gates need gradients
  Tensor self_normed, cross_normed, mlp_normed;  ///< [B, P, D] what the projections read, where they train; or empty

  /// The same with the places of these parts taken from `other`.
  DitLayerTape with(KeptParts parts, const DitLayerTape& other) const;
};

/// What one timestep embedder keeps; a few rows.
struct TimestepTape {
  Tensor wave, hidden, activated, embedding, activated_embedding;
};

/// What a forward pass leaves for its backward pass. Its tensors live in the arena the forward pass was given, so it dies
/// with the Arena::Scope around both. Backward consumes it: it may be played back once.
struct DitTape {
  KeptLayers kept{};
  InputGradients input_gradients = InputGradients::none;
  /// Where given, the layers' inputs wait on the host; it lives until the backward pass is done.
  ActivationOffload* offload = nullptr;

  // Filled by Dit::forward.
  int64_t first_layer = 0;           ///< backward ends here; lower layers keep nothing
  std::vector<Tensor> hidden;        ///< input of each layer from first_layer on, then the last output: [B, P, D]; with
                                     ///< `offload` three places that they take turns in
  std::vector<DitLayerTape> layers;  ///< from first_layer on; empty tensors where a part is recomputed
  TimestepTape time, time_r;
  Tensor temb, projection;              ///< [B, D], [B, 6, D]
  Tensor final_modulation;              ///< [B, 2, D]: shift, scale
  Tensor final_inv_rms;                 ///< [B * P] f32
  Tensor patches;                       ///< [B * P, patch * in_channels]; only if proj_in trains
  ConstTensor condition;                ///< [B * S, De] in compute dtype
  Tensor embedded_condition;            ///< [B, S, D]
  Tensor patch_mask;                    ///< [B, P] u8, or empty
  Tensor token_mask;                    ///< [B, S] u8, or empty
  std::vector<int64_t> valid_frames;    ///< as given
  int64_t frames = 0, patch_count = 0;  ///< T, P
};

}  // namespace sidestep
