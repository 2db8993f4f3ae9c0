#pragma once
#include <string>
#include <vector>

#include "adapters/config.h"

namespace sidestep {

/// Whether `pattern` names the module: its whole path, the end of it after a dot, or, if it holds a character that means
/// something in a regular expression, an expression that matches the path or the end of it (PEFT's rule for
/// rank_pattern: `(.*\.)?(pattern)$`). Throws adapter/pattern-invalid.
bool names_module(const std::string& pattern, const std::string& module);

/// The modules to adapt, in the order given. `modules` are a model's adaptable linears ("layers.0.self_attn.q_proj").
/// Throws adapter/no-modules (nothing matched), adapter/unknown-module (`config.modules` names one that does not exist).
std::vector<std::string> select_modules(const AdapterConfig& config, const std::vector<std::string>& modules);

/// Rank and alpha of one module after the patterns; the first matching key in their order counts.
int64_t rank_of(const AdapterConfig& config, const std::string& module);
double alpha_of(const AdapterConfig& config, const std::string& module);

}  // namespace sidestep
