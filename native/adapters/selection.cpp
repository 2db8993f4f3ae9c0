#include "adapters/selection.h"

#include <algorithm>
#include <regex>

#include "core/error.h"

namespace sidestep {

namespace {

bool is_expression(const std::string& pattern) { return pattern.find_first_of("\\^$*+?[](){}|") != std::string::npos; }

bool names_any(const std::vector<std::string>& patterns, const std::string& module) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) { return names_module(p, module); });
}

bool inside(const std::string& module, const std::string& part) { return module.find(part) != std::string::npos; }

/// Targets for modules of one attention: its own list if given, else the common one unless attention_type leaves it out.
bool targeted_in_attention(const AdapterConfig& config, const std::string& module, AttentionType side,
                           const std::vector<std::string>& own) {
  if (!own.empty()) return names_any(own, module);
  return (config.attention_type == AttentionType::both || config.attention_type == side) &&
         names_any(config.target_modules, module);
}

bool targeted(const AdapterConfig& config, const std::string& module) {
  if (config.scope == AdapterScope::decoder) return true;
  if (inside(module, "self_attn.")) {
    return targeted_in_attention(config, module, AttentionType::self, config.self_target_modules);
  }
  if (inside(module, "cross_attn.")) {
    return targeted_in_attention(config, module, AttentionType::cross, config.cross_target_modules);
  }
  static const std::vector<std::string> kMlp{"mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"};
  return names_any(config.target_modules, module) || (config.target_mlp && names_any(kMlp, module));
}

template <typename T>
T pattern_or(const std::map<std::string, T>& patterns, const std::string& module, T fallback) {
  for (const auto& [pattern, value] : patterns) {
    if (names_module(pattern, module)) return value;
  }
  return fallback;
}

}  // namespace

bool names_module(const std::string& pattern, const std::string& module) {
  if (module == pattern || module.ends_with("." + pattern)) return true;
  if (!is_expression(pattern)) return false;
  try {
    return std::regex_match(module, std::regex("(.*\\.)?(" + pattern + ")"));
  } catch (const std::regex_error& error) {
    throw Error("adapter/pattern-invalid", "`" + pattern + "` is no regular expression: " + error.what(),
                "Name the end of a module's path, such as self_attn.q_proj, or escape the dots of an expression.");
  }
}

std::vector<std::string> select_modules(const AdapterConfig& config, const std::vector<std::string>& modules) {
  for (const std::string& wanted : config.modules) {
    if (std::find(modules.begin(), modules.end(), wanted) != modules.end()) continue;
    throw Error("adapter/unknown-module", "The model has no module `" + wanted + "`",
                "The estimate, or the adapter, was made for another model.");
  }
  std::vector<std::string> selected;
  std::copy_if(modules.begin(), modules.end(), std::back_inserter(selected), [&](const std::string& module) {
    if (config.modules.empty()) return targeted(config, module);
    return std::find(config.modules.begin(), config.modules.end(), module) != config.modules.end();
  });
  if (selected.empty()) {
    throw Error("adapter/no-modules", "No module of the model matches the adapter's targets",
                "Usual target_modules are q_proj, k_proj, v_proj and o_proj.");
  }
  return selected;
}

int64_t rank_of(const AdapterConfig& config, const std::string& module) {
  return pattern_or(config.rank_pattern, module, config.rank);
}

double alpha_of(const AdapterConfig& config, const std::string& module) {
  return pattern_or(config.alpha_pattern, module, config.alpha);
}

}  // namespace sidestep
