#pragma once
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "models/encoder_stack.h"
#include "models/model_config.h"
#include "models/packing.h"

namespace sidestep {

/// B samples with their lyrics, texts and R reference recordings; any float dtype, converted to the compute dtype.
struct ConditionInput {
  ConstTensor lyrics;               ///< [B, Ll, text_hidden_dim] embedding rows of the lyrics' tokens
  std::vector<uint8_t> lyric_mask;  ///< [B * Ll] 1 real, 0 padding
  ConstTensor text;                 ///< [B, Lt, text_hidden_dim] last hidden state of the text encoder
  std::vector<uint8_t> text_mask;   ///< [B * Lt]
  ConstTensor references;           ///< [R, Tr, timbre_hidden_dim] latents; preprocessing gives zeros [B, 1, …]
  std::vector<int64_t> owners;      ///< [R] the sample each reference belongs to (upstream's refer_audio_order_mask)
};

/// ACE-Step's condition encoder (`encoder.*`): a lyric encoder, a timbre encoder and a text projection, packed into one
/// sequence per sample. Frozen, inference only; not thread-safe.
class ConditionEncoder {
 public:
  /// Names are upstream's, `encoder.…` below `weights`.
  /// Throws native/tensor-missing, native/tensor-shape, native/tensor-dtype.
  ConditionEncoder(const ConditionEncoderConfig& config, const Weights& weights);

  const ConditionEncoderConfig& config() const { return config_; }
  /// L: tokens a sample, lyrics + most references of one sample + text.
  static int64_t sequence_length(const ConditionInput& input);

  /// hidden [B, L, D] (f32 or compute dtype): real tokens first, padding (with the values upstream gives it) last.
  /// Returns the mask [B * L]. `observe`, if given, sees "lyric_encoder", "timbre", "text_proj".
  /// Throws native/shape-mismatch, native/reference-owner-invalid.
  std::vector<uint8_t> forward(const ConditionInput& input, Tensor hidden, Arena& arena, Stream& stream,
                               const std::function<void(std::string_view, ConstTensor)>& observe = {});

 private:
  /// Rows of all three sources one below the other, then one row of zeros.
  struct Table {
    Tensor rows;
    int64_t lyric, timbre, text, zero;
  };
  Table allocate_table(const ConditionInput& input, Arena& arena) const;
  void encode_lyrics(const ConditionInput& input, Tensor y, Arena& arena, Stream& stream);
  void encode_references(const ConditionInput& input, Tensor y, Arena& arena, Stream& stream);
  void project_text(const ConditionInput& input, Tensor y, Arena& arena, Stream& stream);
  void check(const ConditionInput& input, const Tensor& hidden) const;

  ConditionEncoderConfig config_;
  Weights weights_;
  Linear lyric_embed_, timbre_embed_, text_projector_;
  EncoderStack lyric_, timbre_;
  ConstTensor special_token_;  ///< [D]; loaded where it is used
};

}  // namespace sidestep
