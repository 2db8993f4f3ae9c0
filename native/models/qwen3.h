#pragma once
#include <span>

#include "models/encoder_stack.h"

namespace sidestep {

/// Which parts of the text encoder to load: lyrics need the embedding table alone.
enum class TextEncoderParts : uint8_t { all, embedding };

/// Qwen3 as a text encoder. Causal and without a padding mask, as upstream calls it: padding tokens are processed like
/// any other and the DiT attends to their states.
class Qwen3 {
 public:
  /// `embed_tokens.weight`, `layers.N.…`, `norm.weight`, at the top or below `model.` as in a causal language model's file.
  /// Throws native/tensor-missing, native/tensor-shape, native/tensor-dtype.
  Qwen3(const TextEncoderConfig& config, const Weights& weights, TextEncoderParts parts = TextEncoderParts::all);

  const TextEncoderConfig& config() const { return config_; }

  /// Rows of the embedding table: ids in row-major order, y [ids.size(), D]. Throws native/token-out-of-range.
  void embed(std::span<const int64_t> ids, Tensor y, Arena& arena, Stream& stream) const;
  /// last_hidden_state after the final norm: y [B, T, D] for B * T ids. `observe`, if given, sees "layerN".
  /// Throws native/part-not-loaded.
  void encode(std::span<const int64_t> ids, Tensor y, Arena& arena, Stream& stream,
              const std::function<void(std::string_view, ConstTensor)>& observe = {});

 private:
  TextEncoderConfig config_;
  Weights weights_;  ///< keeps the tensors alive
  ConstTensor embed_tokens_;
  std::vector<EncoderStack> stack_;  ///< one, or none if only the table is loaded
};

}  // namespace sidestep
