#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/json.h"

namespace sidestep {

enum class AttentionBias : uint8_t { absent, present };

/// One stack of pre-norm transformer layers with QK-norm, rotary positions and a SwiGLU MLP: what the text encoder, the
/// lyric and timbre encoders and the DiT have in common.
struct StackConfig {
  int64_t hidden_size = 0;
  int64_t intermediate_size = 0;
  int64_t num_attention_heads = 0;
  int64_t num_key_value_heads = 0;
  int64_t head_dim = 0;  ///< independent of hidden_size / num_attention_heads
  double rms_norm_eps = 1e-6;
  double rope_theta = 1e6;
  AttentionBias attention_bias = AttentionBias::absent;  ///< on q, k, v and o; the MLP never has one
  /// One entry a layer: how far it sees to each side, inclusive; kNoWindow for full attention.
  std::vector<int64_t> windows;

  int64_t num_layers() const { return static_cast<int64_t>(windows.size()); }
  int64_t query_size() const { return num_attention_heads * head_dim; }
  int64_t key_size() const { return num_key_value_heads * head_dim; }
};

/// The decoder of ACE-Step 1.5: a diffusion transformer over patches of latent frames.
struct DitConfig {
  StackConfig stack;
  int64_t in_channels = 192;               ///< context latents and x_t, side by side
  int64_t audio_acoustic_hidden_dim = 64;  ///< channels of a latent frame
  int64_t patch_size = 2;                  ///< latent frames a patch
  int64_t condition_size = 0;              ///< width of the condition: encoder_hidden_size, or hidden_size in 2B models
  double timestep_mu = -0.4;
  double timestep_sigma = 1.0;

  int64_t context_channels() const { return in_channels - audio_acoustic_hidden_dim; }
};

/// XL models put `special_token` before the reference audio and read its output; 2B models read the first frame's.
enum class TimbreToken : uint8_t { first_frame, special };

struct ConditionEncoderConfig {
  StackConfig lyric;
  StackConfig timbre;
  int64_t text_hidden_dim = 1024;
  int64_t timbre_hidden_dim = 64;
  int64_t timbre_fix_frame = 750;
  TimbreToken timbre_token = TimbreToken::first_frame;
};

/// Qwen3, as a text encoder: no language model head.
struct TextEncoderConfig {
  StackConfig stack;
  int64_t vocab_size = 151936;
};

/// Each reads an upstream config.json, filling in what upstream's configuration class does for absent or null keys.
/// Throws native/config-invalid (key, expected, found) for values no model can have and for features that would change
/// the result silently (rope scaling, another activation).
DitConfig dit_config(const Json& config);
ConditionEncoderConfig condition_encoder_config(const Json& config);
TextEncoderConfig text_encoder_config(const Json& config);

/// Reads and parses `<folder>/config.json`. Throws native/file-unreadable, native/json-invalid.
Json read_config(const std::filesystem::path& folder);

}  // namespace sidestep
