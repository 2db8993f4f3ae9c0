#include "models/qwen3.h"

#include <algorithm>

#include "core/error.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"

namespace sidestep {

namespace {

Weights at_root(const Weights& weights) {
  return !weights.contains("embed_tokens.weight") && weights.contains("model.embed_tokens.weight") ? weights.below("model.")
                                                                                                   : weights;
}

}  // namespace

Qwen3::Qwen3(const TextEncoderConfig& config, const Weights& weights, TextEncoderParts parts)
    : config_(config), weights_(at_root(weights)) {
  embed_tokens_ = weights_.without_codes().matrix("embed_tokens.weight", {config.vocab_size, config.stack.hidden_size}).values;
  if (parts == TextEncoderParts::all) stack_.emplace_back(config.stack, weights_);
}

void Qwen3::embed(std::span<const int64_t> ids, Tensor y, Arena& arena, Stream& stream) const {
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= 0 && ids[i] < config_.vocab_size) continue;
    throw Error("native/token-out-of-range",
                "Expected token ids from 0 to " + std::to_string(config_.vocab_size - 1) + " but token " + std::to_string(i) +
                    " is " + std::to_string(ids[i]) + ".",
                "The tokenizer and the text encoder belong to different models.");
  }
  const Arena::Scope scope(arena);
  const Tensor on_device = arena.alloc(DType::i64, {static_cast<int64_t>(ids.size())});
  transfer({.src = ConstTensor(ids.data(), DType::i64, on_device.shape()), .dst = on_device}, stream);
  embedding({.table = embed_tokens_, .ids = on_device, .y = y}, stream);
}

void Qwen3::encode(std::span<const int64_t> ids, Tensor y, Arena& arena, Stream& stream,
                   const std::function<void(std::string_view, ConstTensor)>& observe) {
  if (stack_.empty()) {
    throw Error("native/part-not-loaded",
                "The text encoder was opened for its embedding table alone; its layers are not loaded.");
  }
  if (y.numel() != static_cast<int64_t>(ids.size()) * config_.stack.hidden_size || y.rank() != 3) {
    throw Error("native/shape-mismatch", "qwen3: expected y [B, T, " + std::to_string(config_.stack.hidden_size) + "] for " +
                                             std::to_string(ids.size()) + " ids but found " + y.shape().to_string() + ".");
  }
  embed(ids, y.reshape({y.dim(0) * y.dim(1), y.dim(2)}), arena, stream);
  stack_.front().forward(y, {.causality = Causality::causal}, arena, stream, observe);
}

}  // namespace sidestep
