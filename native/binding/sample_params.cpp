#include "binding/sample_params.h"

#include "binding/named_value.h"
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
  static constexpr Names<DType, 3> kPrecisions{{{"f32", DType::f32}, {"bf16", DType::bf16}, {"f16", DType::f16}}};
  return named_value("precision", name, kPrecisions);
}

}  // namespace sidestep::binding
