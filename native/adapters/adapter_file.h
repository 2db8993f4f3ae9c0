#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "adapters/adapter_set.h"
#include "core/json.h"
#include "core/safetensors.h"

namespace sidestep {

// An adapter on disk is a flat folder, as upstream's tools write and read it:
//   PEFT (lora, dora, oft):   adapter_config.json, adapter_model.safetensors
//   LyCORIS (lokr, loha):     lokr_weights.safetensors or loha_weights.safetensors, settings in its metadata

/// Writes the folder (made if missing); each file appears at once and whole. `biases` are the base model's by full name
/// below `decoder.` ("layers.0.self_attn.q_proj.bias"), used with bias: all and lora_only. `metadata` is added to the
/// tensor file's own. Throws native/file-unwritable, native/disk-full.
struct AdapterSaving {
  std::filesystem::path folder;
  TensorMap biases{};
  std::map<std::string, std::string> metadata{};
};
void save_adapter(const AdapterSet& adapters, const AdapterSaving& saving, Stream& stream);

/// The tensors `save_adapter` would write, in its order, with their full names, in host memory.
std::vector<SavedTensor> saved_tensors(const AdapterSet& adapters, const TensorMap& biases, Stream& stream);

/// An adapter folder or tensor file, opened and understood.
struct AdapterFile {
  SafetensorsFile file;
  /// From adapter_config.json or the metadata; ranks and targets of each module are taken from the tensors, which are the
  /// truth where both speak. `config.modules` names every adapted module.
  AdapterConfig config;
  /// Per module, by name below it.
  std::map<std::string, TensorMap> modules;
  /// Biases saved beside the adapter, by the layer's full name and ".bias".
  TensorMap biases;
};
/// Throws native/file-unreadable, native/safetensors-invalid, adapter/format-unknown (no adapter tensors in it),
/// adapter/config-missing (PEFT tensors without the adapter_config.json that holds alpha).
AdapterFile open_adapter(const std::filesystem::path& folder_or_file);

/// Fills a set made from `adapter.config` (or one equal in shape). Every tensor must be used and every parameter found.
/// Throws adapter/tensor-missing, adapter/tensor-shape, adapter/tensor-unknown.
void load_adapter(const AdapterFile& adapter, AdapterSet& adapters, Workspace work);

/// What `sidestep inspect` prints: type, rank range, alpha, scale, targets, per-module tensors with norms; plain JSON.
Json inspect_adapter(const std::filesystem::path& folder_or_file);

/// Writes `model.safetensors`: every tensor of the checkpoint, adapted weights replaced by what base and adapter do together
/// (upstream's LyCORIS merge multiplies the scale twice; this does not), saved biases put in place, dtypes kept.
/// `prefix` comes before a linear's name in the checkpoint: "decoder.".
/// Throws adapter/unknown-module.
struct MergeRequest {
  const AdapterSet& adapters;
  const WeightFiles& base;
  std::string prefix = "decoder.";
  TensorMap biases{};
  std::filesystem::path output_file;
};
void merge_adapter(const MergeRequest& request, Workspace work);

}  // namespace sidestep
