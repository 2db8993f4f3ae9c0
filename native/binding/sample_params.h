#pragma once
#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/json.h"
#include "training/sample.h"

namespace sidestep::binding {

/// `params[key]`: [{name, files: [path, …]}]; empty when absent. `params.silence_latent` (a safetensors file) fills the
/// context of samples that store none.
std::vector<SampleFiles> sample_files(const Json& params, const std::string& key);

/// "f32", "bf16" or "f16"; throws native/argument-invalid.
DType dtype_from_precision(const std::string& name);

}  // namespace sidestep::binding
