#pragma once
#include <string>
#include <vector>

namespace sidestep::bench {

// One command each; `words` are those after its name. Models have random weights of the shapes their config.json asks for.
// All take --threads N (0: every core), --backend cpu|cuda|fake-cuda, --steps N, --json, and print the figures of steps.h.
// Throw bench/usage and what loading a config throws.

/// `op [NAME|all]…`: every case of these ops, with FLOPs, bytes and the share of the ceilings measured in the same run.
int op_command(const std::vector<std::string>& words);
/// `train_step --config FILE --latents N --condition N --batch N --rank N --checkpointing on|off`: forward, backward and
/// AdamW update of LoRA on q, k, v, o of both attentions.
int train_step_command(const std::vector<std::string>& words);
/// `follow` with the same options: that training on the CPU in f32 and on the backend, from the same weights, noise and batch. 1
/// where a loss is further from the CPU's than its precision explains, or where nothing was learned.
int follow_command(const std::vector<std::string>& words);
/// `predict` with the same options, `--card NAME` and `--products library|own`: what that step should take and need on such a
/// card, by op.
int predict_command(const std::vector<std::string>& words);
/// `predict_audio --config FILE --latents N --card NAME`: what it should take the VAE to encode and to decode so much audio on
/// such a card, by op.
int predict_audio_command(const std::vector<std::string>& words);
/// `encode_text --config FILE --condition N --batch N`: the text encoder over N tokens.
int encode_text_command(const std::vector<std::string>& words);
/// `encode_condition --config FILE --condition N --batch N`: the condition encoder over N lyric and 256 text tokens.
int encode_condition_command(const std::vector<std::string>& words);
/// `encode_audio --config FILE --latents N`: the VAE encoder over N latent frames of audio; adds realtime_factor.
int encode_audio_command(const std::vector<std::string>& words);
/// `generate --config FILE --latents N --condition N --guidance on|off --halves together`: one denoising step of a sampler, both
/// halves of the model and APG; adds realtime_factor of a clip of as many steps as are measured.
int generate_command(const std::vector<std::string>& words);
/// `decode_audio --config FILE --latents N --piece N`: the VAE decoder over N latent frames; adds realtime_factor.
int decode_audio_command(const std::vector<std::string>& words);
/// `load_weights --file FILE --megabytes N`: a safetensors file (a made-up one in bf16 unless given) opened as a model opens it,
/// beside read(2) of the same bytes, in turns, from a warm page cache: kept as stored, and converted to what the device computes
/// in.
int load_weights_command(const std::vector<std::string>& words);

}  // namespace sidestep::bench
