#include "golden/adapter_case.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "adapters/selection.h"
#include "core/error.h"
#include "core/memory.h"
#include "golden/model_case.h"

namespace sidestep::golden {
namespace {

/// Zero, false, null, "" and empty lists: a setting that is off makes no variant, whatever it is.
bool is_off(const Json& value) {
  if (value.is_number()) return value.as_number() == 0;
  return value.is_null() || value.dump() == "false" || value.dump() == "\"\"" || value.dump() == "[]" || value.dump() == "{}";
}

void refuse_unknown_keys(const Json& settings, const std::set<std::string>& known) {
  for (const auto& [key, value] : settings.as_object()) {
    if (!known.contains(key) && !is_off(value))
      throw Error("golden/unknown-variant", "adapter setting " + key + " = " + value.dump());
  }
}

std::vector<std::string> targets(const Json& settings) {
  std::vector<std::string> out;
  for (const Json& item : settings.at("target_modules").as_array()) out.push_back(item.as_string());
  return out;
}

/// The rank that modules outside the rank_pattern were given, read off any of them.
int64_t unmatched_rank(const AdapterConfig& config, const TensorMap& saved, int64_t fallback) {
  AdapterConfig probe = config;
  probe.rank = 0;
  const std::string head = saved_prefix(config.type, ""), tail = ".lora_A.weight";
  const std::string prefix = head.substr(0, head.size() - 1);
  for (const auto& [name, tensor] : saved) {
    if (!name.ends_with(tail)) continue;
    const std::string module = name.substr(prefix.size(), name.size() - prefix.size() - tail.size());
    if (rank_of(probe, module) == 0) return tensor.dim(0);
  }
  return fallback;
}

/// Dropout is left out: no masks are recorded, so what was recorded was recorded without, or cannot be matched.
void read_lora(AdapterConfig& config, const Json& s, const TensorMap& saved) {
  refuse_unknown_keys(s, {"r", "lora_alpha", "lora_dropout", "use_dora", "bias", "target_modules", "rank_pattern",
                          "alpha_pattern", "attention_type", "target_mlp", "use_rslora", "rank_min"});
  config.rank = s.at("r").as_int();
  config.alpha = s.at("lora_alpha").as_number();
  config.rs_lora = s.bool_or("use_rslora", false);
  const std::string bias = s.string_or("bias", "none");
  config.bias = bias == "all" ? AdapterBias::all : bias == "lora_only" ? AdapterBias::lora_only : AdapterBias::none;
  if (bias != "all" && bias != "lora_only" && bias != "none") throw Error("golden/unknown-variant", "bias " + bias);
  if (s.get("rank_pattern").is_object()) {
    for (const auto& [key, value] : s.at("rank_pattern").as_object()) config.rank_pattern[key] = value.as_int();
  }
  if (s.get("alpha_pattern").is_object()) {
    for (const auto& [key, value] : s.at("alpha_pattern").as_object()) config.alpha_pattern[key] = value.as_number();
  }
  if (config.rank_pattern.empty()) return;
  config.rank = unmatched_rank(config, saved, s.int_or("rank_min", config.rank));
  config.alpha = 2 * static_cast<double>(config.rank);
}

bool is_expression(const std::string& target) { return target.find_first_of("\\*$[(") != std::string::npos; }

/// LyCORIS matches an expression against the beginning of a module's whole name.
std::string from_the_start(const std::string& target) { return is_expression(target) ? "^(?:" + target + ").*" : target; }

void read_lycoris(AdapterConfig& config, const Json& s) {
  refuse_unknown_keys(
      s, {"linear_dim", "linear_alpha", "factor", "decompose_both", "full_matrix", "rs_lora", "use_scalar", "use_tucker",
          "weight_decompose", "unbalanced_factorization", "bypass_mode", "target_modules", "attention_type", "target_mlp"});
  config.rank = s.at("linear_dim").as_int();
  config.alpha = s.at("linear_alpha").as_number();
  config.lokr.factor = s.int_or("factor", -1);
  config.lokr.decompose_both = s.bool_or("decompose_both", false);
  config.lokr.full_matrix = s.bool_or("full_matrix", false);
  config.lycoris.use_scalar = s.bool_or("use_scalar", false);
  config.lycoris.use_tucker = s.bool_or("use_tucker", false);
  config.lycoris.weight_decompose = s.bool_or("weight_decompose", false);
  config.lokr.unbalanced_factorization = s.bool_or("unbalanced_factorization", false);
  if (config.alpha == 0) config.alpha = static_cast<double>(config.rank);
  if (config.type == AdapterType::lokr && s.bool_or("bypass_mode", false)) {  // see is_lokr_bypass
    config.alpha = static_cast<double>(config.rank);
    config.lycoris.weight_decompose = false;
  }
  const bool restricted = std::any_of(config.target_modules.begin(), config.target_modules.end(), is_expression);
  if (!restricted) config.scope = AdapterScope::decoder;
  for (std::string& target : config.target_modules) target = from_the_start(target);
}

bool any_named(const TensorMap& saved, const std::string& tail) {
  return std::any_of(saved.begin(), saved.end(), [&](const auto& item) { return item.first.ends_with(tail); });
}

/// Side-Step accepts options that it does not hand on to LyCORIS (rs_lora for one). What was recorded of the modules, their
/// scales and the shapes of their tensors, shows which took effect.
void settle_lycoris(AdapterConfig& config, const Json& recorded, const Json& s, const TensorMap& saved) {
  const Json& modules = recorded.get("lycoris");
  if (s.bool_or("rs_lora", false) && modules.is_object()) {
    for (const auto& [name, module] : modules.as_object()) {
      const double alpha = module.at("alpha").as_number(), dim = module.at("lora_dim").as_number();
      config.rs_lora |= std::abs(module.at("scale").as_number() - alpha / std::sqrt(dim)) < 1e-9 * alpha;
    }
  }
  if (any_named(saved, ".lokr_w2_a")) config.lokr.full_matrix = false;
  for (const auto& [name, w2] : saved) {
    const bool full = name.ends_with(".lokr_w2"), low = name.ends_with(".lokr_w2_a");
    if (!config.lokr.unbalanced_factorization || !(full || low)) continue;
    const std::string module = name.substr(0, name.rfind('.'));
    const auto w1 = saved.find(module + ".lokr_w1"), w1_a = saved.find(module + ".lokr_w1_a");
    const auto found = w1 != saved.end() ? w1 : w1_a;
    // Unbalanced means the larger output factor in w1.
    if (found != saved.end() && found->second.dim(0) < w2.dim(0)) config.lokr.unbalanced_factorization = false;
  }
}

void read_oft(AdapterConfig& config, const Json& s) {
  refuse_unknown_keys(s, {"block_size", "coft", "eps", "block_share", "use_cayley_neumann", "num_cayley_neumann_terms",
                          "target_modules", "attention_type", "target_mlp", "bias"});
  config.oft.block_size = s.at("block_size").as_int();
  config.oft.coft = s.bool_or("coft", false);
  config.oft.eps = s.number_or("eps", config.oft.eps);
  config.oft.block_share = s.bool_or("block_share", false);
  config.oft.cayley = s.bool_or("use_cayley_neumann", true) ? Cayley::neumann : Cayley::exact;
  config.oft.cayley_terms = s.int_or("num_cayley_neumann_terms", 5);
}

}  // namespace

bool is_lokr_bypass(const Json& recorded) {
  return recorded.string_or("adapter_type", "lora") == "lokr" && recorded.at("adapter_config").bool_or("bypass_mode", false);
}

AdapterConfig read_adapter_config(const Json& recorded, const TensorMap& saved) {
  const Json& settings = recorded.at("adapter_config");
  const std::string type = recorded.string_or("adapter_type", "lora");
  AdapterConfig config;
  config.lora.dropout = 0;
  config.target_modules = targets(settings);
  if (type == "lora" || type == "dora") {
    config.type = type == "dora" || settings.bool_or("use_dora", false) ? AdapterType::dora : AdapterType::lora;
    read_lora(config, settings, saved);
  } else if (type == "lokr" || type == "loha") {
    config.type = type == "lokr" ? AdapterType::lokr : AdapterType::loha;
    read_lycoris(config, settings);
    settle_lycoris(config, recorded, settings, saved);
  } else if (type == "oft") {
    config.type = AdapterType::oft;
    read_oft(config, settings);
  } else {
    throw Error("golden/unknown-variant", "adapter type " + type);
  }
  return config;
}

TensorMap tensors_below(const SafetensorsFile& file, const std::string& group) {
  TensorMap out;
  for (const std::string& name : file.names()) {
    if (name.starts_with(group + "/")) out[name.substr(group.size() + 1)] = file.tensor(name);
  }
  return out;
}

PlanRequest plan_of(const DitConfig& config, const AdapterConfig& adapter, const Batch& largest, const LossOptions& loss) {
  return {.model = config,
          .adapter = adapter,
          .loss = loss,
          .batch_size = largest.size(),
          .frames = largest.target_latents.view().dim(1),
          .tokens = largest.encoder_hidden_states.view().dim(1)};
}

static size_t arena_bytes(PlanRequest plan, DType compute_dtype, DeviceKind device) {
  plan.compute_dtype = compute_dtype;
  plan.device = device;
  plan.stored = kept_matrices(compute_dtype, device);
  return plan_memory(plan).arena_bytes;
}

AdaptedModel::AdaptedModel(const DitConfig& config, const Weights& weights, const AdapterConfig& adapter, const PlanRequest& plan,
                           Stream& stream)
    : model(config, weights),
      adapters(model, adapter),
      arena(stream.device(), arena_bytes(plan, weights.dtype(), stream.device().kind)) {}

void set_parameters(const AdapterSet& adapters, const TensorMap& recorded) {
  for (const Parameter& p : adapters.parameters()) {
    std::string name = p.name;
    if (!recorded.contains(name) && name.ends_with("lora_magnitude_vector.weight")) {
      name = name.substr(0, name.size() - std::strlen(".weight"));
    }
    const auto found = recorded.find(name);
    if (found == recorded.end() || !(found->second.shape() == p.value.shape())) {
      throw Error("golden/case-invalid", "No recorded tensor " + p.name + " of shape " + p.value.shape().to_string());
    }
    copy_bytes(p.value.device(), p.value.raw(), found->second.device(), found->second.raw(), p.value.bytes());
  }
}

LossOptions upstream_loss(const Json& settings) {
  LossOptions loss{.padding = Padding::upstream};
  const std::string weighting = settings.string_or("loss_weighting", "none");
  if (weighting == "min_snr")
    loss.loss_weighting = LossWeighting::min_snr;
  else if (weighting != "none")
    throw Error("golden/unknown-variant", "loss weighting " + weighting);
  loss.snr_gamma = settings.number_or("snr_gamma", 5);
  return loss;
}

}  // namespace sidestep::golden
