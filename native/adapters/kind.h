#pragma once
#include <memory>
#include <string>
#include <vector>

#include "adapters/adapter.h"
#include "core/json_options.h"

namespace sidestep {

/// Whose files an adapter is kept in. PEFT: a folder, modules by their paths, settings in `adapter_config.json`; LyCORIS: one
/// file,
/// `<kind>_weights.safetensors`, modules by names without dots, settings in its metadata.
enum class AdapterLibrary : uint8_t { peft, lycoris };

/// All that others know of a kind of adapter. Each kind's own file ends with its.
struct AdapterKind {
  AdapterType type;
  AdapterLibrary library;
  /// How a file of this kind is recognised: `peft_type` of PEFT's settings; how LyCORIS's tensor names begin below a module.
  std::string mark;
  /// Names of its tensors below a module, where PEFT keeps them.
  std::vector<std::string> tensors;
  /// Readers of the options that not all kinds have. Defaults that hold for this kind alone are put into the config first.
  OptionReaders (*options)(AdapterConfig& config);
  /// The same options as they go into a report.
  void (*describe)(const AdapterConfig& config, Json::Object& out);
  /// Its part of the library's settings, and the way back.
  void (*write_settings)(const AdapterConfig& config, Json::Object& out);
  void (*read_settings)(const Json& settings, AdapterConfig& config);
  /// An adapter of one module: the layer's shape and its name (for rank patterns) are read, its weight is not.
  std::shared_ptr<Adapter> (*make)(const AdapterConfig& config, const Linear& layer, uint64_t module);
};

// One function a kind, each in its own file: lora_kind(), …
#define SIDESTEP_DECLARE_KIND(name) AdapterKind name##_kind();
SIDESTEP_ADAPTERS(SIDESTEP_DECLARE_KIND)
#undef SIDESTEP_DECLARE_KIND

const std::vector<AdapterKind>& adapter_kinds();
const AdapterKind& adapter_kind(AdapterType type);
bool is_lycoris(AdapterType type);

/// `rank`, `alpha` and what changes the scale; they become what the kind's library calls `rank` and `alpha`.
OptionReaders ranked_options(AdapterConfig& config);
/// What LoKr and LoHa share of options and settings.
OptionReaders lycoris_options(AdapterConfig& config);
void describe_lycoris(const AdapterConfig& config, Json::Object& out);

}  // namespace sidestep
