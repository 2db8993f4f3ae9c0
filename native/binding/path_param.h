#pragma once
#include "core/json.h"
#include "core/path_text.h"

namespace sidestep::binding {

/// The file or folder that a parameter names.
inline std::filesystem::path path_param(const Json& params, const std::string& key) {
  return path_from_utf8(params.at(key).as_string());
}

}  // namespace sidestep::binding
