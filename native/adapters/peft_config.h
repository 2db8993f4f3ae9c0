#pragma once
#include "adapters/config.h"
#include "core/json.h"

namespace sidestep {

/// PEFT's adapter_config.json for a LoRA, DoRA or OFT adapter: the keys PEFT 0.21 writes that a reader needs.
Json to_peft_config(const AdapterConfig& config, const std::vector<std::string>& target_modules);
/// The way back. Throws adapter/format-unknown for another peft_type and adapter/option-invalid for settings that would
/// change the result and are not supported (fan_in_fan_out, layer_replication and the like).
AdapterConfig from_peft_config(const Json& json);

/// The settings LyCORIS files carry in their metadata (`lokr_config`, `loha_config`), as Side-Step writes them.
Json to_lycoris_config(const AdapterConfig& config);
AdapterConfig from_lycoris_config(AdapterType type, const Json& json);

}  // namespace sidestep
