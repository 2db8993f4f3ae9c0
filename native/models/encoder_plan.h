#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "models/oobleck_encode.h"

namespace sidestep {

/// Bytes that encoding takes on its device, found by running it on Device::plan.
struct EncoderPlan {
  size_t weights_bytes = 0;
  size_t activation_bytes = 0;  ///< the most there is at once, without the weights
  size_t overhead_bytes = 0;    ///< of a card: ops/card_overhead.h

  size_t total_bytes() const { return weights_bytes + activation_bytes + overhead_bytes; }
};

/// The VAE's encoder half on one song of so many audio samples, at the VAE's rate. `device` decides the size of the pieces.
EncoderPlan plan_audio_encoder(const std::filesystem::path& folder, int64_t samples, const std::optional<Tiling>& tiling,
                               DeviceKind device);
/// The VAE's decoder half on one clip of so many latent frames; the audio itself lies on the host.
EncoderPlan plan_audio_decoder(const std::filesystem::path& folder, int64_t frames, DeviceKind device);
/// The Qwen3 text encoder on one text of so many tokens.
EncoderPlan plan_text_encoder(const std::filesystem::path& folder, int64_t tokens, DeviceKind device);

struct ConditionLengths {
  int64_t text_tokens, lyric_tokens;
  int64_t reference_frames = 1;
};
/// The condition encoder on one song's text and lyrics, and the latents of a reference recording.
EncoderPlan plan_condition_encoder(const std::filesystem::path& folder, const ConditionLengths& lengths, DeviceKind device);

}  // namespace sidestep
