#pragma once
#include <filesystem>
#include <memory>
#include <optional>

#include "adapters/adapter_file.h"
#include "models/dit.h"
#include "sampling/generate.h"
#include "sampling/generation_plan.h"

namespace sidestep {

struct GeneratorSetup {
  std::filesystem::path model_folder;              ///< config.json and model*.safetensors of one variant
  std::optional<std::filesystem::path> adapter{};  ///< a folder or file in PEFT's or LyCORIS's layout
  DType compute_dtype = DType::f32;
};

/// A model opened for generation, with an adapter in its slots if there is one. Not thread-safe.
class Generator {
 public:
  /// Throws what loading the model and the adapter throws; adapter/biases-trained for an adapter whose saved biases are not the
  /// model's: slots have no place for them.
  Generator(const GeneratorSetup& setup, Stream& stream);

  const Dit& model() const { return *model_; }
  int64_t adapted_modules() const { return adapters_ ? static_cast<int64_t>(adapters_->modules().size()) : 0; }
  /// `halves` is chosen here. Throws what generate_latents throws; native/out-of-memory.
  Storage generate(GenerateJob job);

 private:
  Arena& arena_for(const GenerationRequest& request);

  Stream& stream_;
  DitConfig config_;
  DType compute_dtype_;
  std::optional<DType> stored_;
  std::optional<AdapterConfig> adapter_config_;
  std::unique_ptr<Dit> model_;
  std::unique_ptr<AdapterSet> adapters_;
  std::unique_ptr<Arena> arena_;  ///< of the last clip: the next is often as long
};

}  // namespace sidestep
