#include "adapters/peft_config.h"

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

template <typename T>
Json to_object(const std::map<std::string, T>& values) {
  Json::Object out;
  for (const auto& [key, value] : values) out[key] = value;
  return out;
}

const char* bias_name(AdapterBias bias) {
  switch (bias) {
    case AdapterBias::none: return "none";
    case AdapterBias::all: return "all";
    case AdapterBias::lora_only: return "lora_only";
  }
  return "none";
}

AdapterBias bias_of(const std::string& name) {
  if (name == "all") return AdapterBias::all;
  return name == "lora_only" ? AdapterBias::lora_only : AdapterBias::none;
}

/// Settings of PEFT that change what the tensors mean; we have none of them.
void refuse_unsupported(const Json& json) {
  for (const char* key : {"fan_in_fan_out", "use_qalora", "use_bdlora", "lora_bias"}) {
    if (json.get(key).is_bool() && json.at(key).as_bool()) {
      throw Error("adapter/option-invalid", std::string("adapter_config.json: ") + key + " is not supported");
    }
  }
  for (const char* key : {"layer_replication", "modules_to_save", "trainable_token_indices", "target_parameters",
                          "alora_invocation_tokens"}) {
    if (!json.get(key).is_null() && json.at(key).dump() != "[]" && json.at(key).dump() != "{}") {
      throw Error("adapter/option-invalid", std::string("adapter_config.json: ") + key + " is not supported");
    }
  }
}

Json::Object common_peft(const AdapterConfig& config, const std::vector<std::string>& target_modules) {
  return {{"auto_mapping", nullptr},
          {"base_model_name_or_path", nullptr},
          {"bias", bias_name(config.bias)},
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
  Json::Object out = common_peft(config, target_modules);
  if (config.type == AdapterType::oft) {
    out["peft_type"] = "OFT";
    out["r"] = 0;
    out["oft_block_size"] = config.block_size;
    out["module_dropout"] = 0.0;
    out["init_weights"] = true;
    out["coft"] = config.coft;
    out["eps"] = config.eps;
    out["block_share"] = config.block_share;
    out["use_cayley_neumann"] = config.cayley == Cayley::neumann;
    out["num_cayley_neumann_terms"] = config.cayley_terms;
    return out;
  }
  out["peft_type"] = "LORA";
  out["r"] = config.rank;
  out["lora_alpha"] = config.alpha;
  out["lora_dropout"] = config.dropout;
  out["use_dora"] = config.type == AdapterType::dora;
  out["use_rslora"] = config.rs_lora;
  out["rank_pattern"] = to_object(config.rank_pattern);
  out["alpha_pattern"] = to_object(config.alpha_pattern);
  out["init_lora_weights"] = true;
  out["loftq_config"] = Json::Object{};
  out["lora_bias"] = false;
  return out;
}

AdapterConfig from_peft_config(const Json& json) {
  refuse_unsupported(json);
  AdapterConfig config;
  const std::string type = json.string_or("peft_type", "");
  config.target_modules = strings(json.get("target_modules"));
  config.bias = bias_of(json.string_or("bias", "none"));
  if (type == "OFT") {
    config.type = AdapterType::oft;
    config.block_size = json.int_or("oft_block_size", config.block_size);
    config.coft = json.bool_or("coft", false);
    config.eps = json.number_or("eps", config.eps);
    config.block_share = json.bool_or("block_share", false);
    config.cayley = json.bool_or("use_cayley_neumann", true) ? Cayley::neumann : Cayley::exact;
    config.cayley_terms = json.int_or("num_cayley_neumann_terms", 5);
    return config;
  }
  if (type != "LORA") {
    throw Error("adapter/format-unknown", "adapter_config.json: peft_type " + json.get("peft_type").dump() +
                                              ", expected LORA or OFT");
  }
  config.type = json.bool_or("use_dora", false) ? AdapterType::dora : AdapterType::lora;
  config.rank = json.at("r").as_int();
  config.alpha = json.at("lora_alpha").as_number();
  config.dropout = json.number_or("lora_dropout", 0);
  config.rs_lora = json.bool_or("use_rslora", false);
  if (json.get("rank_pattern").is_object()) {
    for (const auto& [key, value] : json.at("rank_pattern").as_object()) config.rank_pattern[key] = value.as_int();
  }
  if (json.get("alpha_pattern").is_object()) {
    for (const auto& [key, value] : json.at("alpha_pattern").as_object()) config.alpha_pattern[key] = value.as_number();
  }
  return config;
}

Json to_lycoris_config(const AdapterConfig& config) {
  Json::Object out{{"linear_dim", config.rank},
                   {"linear_alpha", config.alpha},
                   {"use_tucker", config.use_tucker},
                   {"use_scalar", config.use_scalar},
                   {"weight_decompose", config.weight_decompose},
                   {"rs_lora", config.rs_lora},
                   {"target_modules", to_array(config.target_modules)}};
  if (config.type == AdapterType::lokr) {
    out["factor"] = config.factor;
    out["decompose_both"] = config.decompose_both;
    out["full_matrix"] = config.full_matrix;
    out["unbalanced_factorization"] = config.unbalanced_factorization;
  }
  return out;
}

AdapterConfig from_lycoris_config(AdapterType type, const Json& json) {
  AdapterConfig config;
  config.type = type;
  config.rank = json.int_or("linear_dim", config.rank);
  config.alpha = json.number_or("linear_alpha", config.alpha);
  config.factor = json.int_or("factor", -1);
  config.decompose_both = json.bool_or("decompose_both", false);
  config.full_matrix = json.bool_or("full_matrix", false);
  config.unbalanced_factorization = json.bool_or("unbalanced_factorization", false);
  config.use_tucker = json.bool_or("use_tucker", false);
  config.use_scalar = json.bool_or("use_scalar", false);
  config.weight_decompose = json.bool_or("weight_decompose", false);
  config.rs_lora = json.bool_or("rs_lora", false);
  if (json.contains("target_modules")) config.target_modules = strings(json.at("target_modules"));
  return config;
}

}  // namespace sidestep
