#include "adapters/peft_config.h"

#include "adapters/kind.h"
#include "core/error.h"

namespace sidestep {

namespace {

Json to_array(const std::vector<std::string>& values) {
  Json::Array out;
  for (const std::string& value : values) out.emplace_back(value);
  return out;
}

std::vector<std::string> strings(const Json& value) {
  if (value.is_string()) return {value.as_string()};
  std::vector<std::string> out;
  if (!value.is_array()) return out;
  for (const Json& item : value.as_array()) out.push_back(item.as_string());
  return out;
}

/// Settings of PEFT that change what the tensors mean; we have none of them.
void refuse_unsupported(const Json& json) {
  for (const char* key : {"fan_in_fan_out", "use_qalora", "use_bdlora", "lora_bias"}) {
    if (json.get(key).is_bool() && json.at(key).as_bool()) {
      throw Error("adapter/option-invalid", std::string("adapter_config.json: ") + key + " is not supported");
    }
  }
  for (const char* key :
       {"layer_replication", "modules_to_save", "trainable_token_indices", "target_parameters", "alora_invocation_tokens"}) {
    if (!json.get(key).is_null() && json.at(key).dump() != "[]" && json.at(key).dump() != "{}") {
      throw Error("adapter/option-invalid", std::string("adapter_config.json: ") + key + " is not supported");
    }
  }
}

Json::Object common_peft(const AdapterConfig& config, const std::vector<std::string>& target_modules) {
  return {{"auto_mapping", nullptr},
          {"base_model_name_or_path", nullptr},
          {"bias", kAdapterBiases.of(config.bias)},
          {"exclude_modules", nullptr},
          {"fan_in_fan_out", false},
          {"inference_mode", true},
          {"layers_pattern", nullptr},
          {"layers_to_transform", nullptr},
          {"modules_to_save", nullptr},
          {"peft_version", "0.21.0"},
          {"revision", nullptr},
          {"target_modules", to_array(target_modules)},
          {"task_type", "FEATURE_EXTRACTION"}};
}

}  // namespace

Json to_peft_config(const AdapterConfig& config, const std::vector<std::string>& target_modules) {
  const AdapterKind& kind = adapter_kind(config.type);
  Json::Object out = common_peft(config, target_modules);
  out["peft_type"] = kind.mark;
  kind.write_settings(config, out);
  return out;
}

AdapterConfig from_peft_config(const Json& json) {
  refuse_unsupported(json);
  AdapterConfig config;
  const std::string type = json.string_or("peft_type", "");
  config.target_modules = strings(json.get("target_modules"));
  if (const AdapterBias* bias = kAdapterBiases.find(json.string_or("bias", "none"))) config.bias = *bias;
  std::string known;
  for (const AdapterKind& kind : adapter_kinds()) {
    if (kind.library != AdapterLibrary::peft) continue;
    if (kind.mark == type) {
      config.type = kind.type;
      kind.read_settings(json, config);
      return config;
    }
    if (!known.ends_with(kind.mark)) known += (known.empty() ? "" : ", ") + kind.mark;
  }
  throw Error("adapter/format-unknown",
              "adapter_config.json: peft_type " + json.get("peft_type").dump() + ", expected one of " + known);
}

Json to_lycoris_config(const AdapterConfig& config) {
  Json::Object out{{"linear_dim", config.rank},
                   {"linear_alpha", config.alpha},
                   {"use_tucker", config.lycoris.use_tucker},
                   {"use_scalar", config.lycoris.use_scalar},
                   {"weight_decompose", config.lycoris.weight_decompose},
                   {"rs_lora", config.rs_lora},
                   {"target_modules", to_array(config.target_modules)}};
  adapter_kind(config.type).write_settings(config, out);
  return out;
}

AdapterConfig from_lycoris_config(AdapterType type, const Json& json) {
  AdapterConfig config;
  config.type = type;
  config.rank = json.int_or("linear_dim", config.rank);
  config.alpha = json.number_or("linear_alpha", config.alpha);
  config.lycoris.use_tucker = json.bool_or("use_tucker", false);
  config.lycoris.use_scalar = json.bool_or("use_scalar", false);
  config.lycoris.weight_decompose = json.bool_or("weight_decompose", false);
  config.rs_lora = json.bool_or("rs_lora", false);
  if (json.contains("target_modules")) config.target_modules = strings(json.at("target_modules"));
  adapter_kind(type).read_settings(json, config);
  return config;
}

}  // namespace sidestep
