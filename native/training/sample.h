#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/path_text.h"
#include "core/tensor.h"
#include "training/staging.h"

namespace sidestep {

/// One song as preprocessing leaves it, f32 in host memory. T latent frames (25 a second), L condition tokens.
struct Sample {
  std::string name;
  Storage target_latents;         ///< [T, C]
  Storage context_latents;        ///< [T, Cc]
  Storage encoder_hidden_states;  ///< [L, D]

  int64_t frames() const { return target_latents.view().dim(0); }
  int64_t tokens() const { return encoder_hidden_states.view().dim(0); }
  size_t bytes() const;
};

/// Where one song's tensors lie. Together the files hold `target_latents`, `encoder_hidden_states` and `context_latents`;
/// the last may be absent where `silence_latent` names a safetensors file with that tensor [1, C, frames]: the context then
/// is upstream's for training, the first T frames of silence beside a chunk mask of ones.
struct SampleFiles {
  SampleFiles() = default;
  SampleFiles(const std::filesystem::path& file) : name(utf8_of(file.stem())), files{file} {}

  std::string name;
  std::vector<std::filesystem::path> files;
  std::filesystem::path silence_latent;
};

/// Reads a sample (f32, bf16 or f16; masks are not read: every stored frame and token counts). NaN and Inf become 0, as
/// upstream's loader does, and are counted.
/// Throws native/file-unreadable, native/safetensors-invalid, train/sample-invalid (what, expected, found).
struct LoadedSample {
  Sample sample;
  int64_t nonfinite = 0;
};
LoadedSample load_sample(const SampleFiles& from);

/// Latent frames begin … begin + frames of latents and context alike; the condition is not cut.
Sample crop(const Sample& sample, int64_t begin, int64_t frames);

/// When a batch on its way to a card by its own queue has arrived there, and when the passes have read it.
struct Passage {
  explicit Passage(Device card) : arrived(card), read(card) {}
  Event arrived, read;
};

/// Several samples as one, zero-padded at the end to the longest, as upstream's collate_preprocessed_batch.
struct Batch {
  Storage target_latents;          ///< [B, T, C] f32
  Storage context_latents;         ///< [B, T, Cc]
  Storage encoder_hidden_states;   ///< [B, S, D]
  Storage attention_mask;          ///< [B, T] f32: 1 where a frame is real
  Storage encoder_attention_mask;  ///< [B, S] f32: 1 where a token is real
  std::vector<int64_t> frames;     ///< real frames of each sample
  std::vector<int64_t> tokens;     ///< condition tokens each sample came with; the rest of S was added by batching
  std::vector<std::string> names;
  std::shared_ptr<Passage> passage{};  ///< where latents, context and condition lie on a card (training/batch_upload.h)

  int64_t size() const { return static_cast<int64_t>(frames.size()); }
};
/// Throws train/sample-invalid when widths differ, naming both samples.
Batch collate(const std::vector<const Sample*>& samples);
/// The same, in memory of a pool.
Batch collate(const std::vector<const Sample*>& samples, const Staging& staging);

}  // namespace sidestep
