#include "binding/sample_params.h"

#include "core/error.h"
#include "core/path_text.h"

namespace sidestep::binding {

std::vector<SampleFiles> sample_files(const Json& params, const std::string& key) {
  std::vector<SampleFiles> samples;
  if (!params.contains(key)) return samples;
  const std::filesystem::path silence = path_from_utf8(params.string_or("silence_latent", ""));
  for (const Json& entry : params.at(key).as_array()) {
    SampleFiles sample;
    sample.name = entry.at("name").as_string();
    sample.silence_latent = silence;
    for (const Json& file : entry.at("files").as_array()) sample.files.push_back(path_from_utf8(file.as_string()));
    samples.push_back(std::move(sample));
  }
  return samples;
}

DType dtype_from_precision(const std::string& name) {
  if (name == "f32") return DType::f32;
  if (name == "bf16") return DType::bf16;
  if (name == "f16") return DType::f16;
  throw Error("native/argument-invalid", "Expected a precision of f32, bf16 or f16 but found \"" + name + "\"");
}

}  // namespace sidestep::binding
