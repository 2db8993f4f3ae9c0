#include <algorithm>
#include <set>

#include "adapters/adapter_file.h"
#include "adapters/kind.h"
#include "adapters/peft_config.h"
#include "core/new_file.h"
#include "ops/elementwise.h"

namespace sidestep {

namespace {

namespace fs = std::filesystem;

/// Biases PEFT keeps beside the adapter: of adapted layers as "<layer>.base_layer.bias", with `all` of every other layer too.
void append_biases(std::vector<SavedTensor>& out, const AdapterSet& adapters, const TensorMap& biases) {
  if (adapters.config().bias == AdapterBias::none || is_lycoris(adapters.config().type)) return;
  std::set<std::string> adapted;
  for (const AdapterSet::Module& module : adapters.modules()) adapted.insert(module.name);
  for (const auto& [name, bias] : biases) {
    const std::string layer = name.substr(0, name.size() - std::string(".bias").size());
    const bool inside = adapted.contains(layer);
    if (!inside && adapters.config().bias == AdapterBias::lora_only) continue;
    Stream host(Device{}, std::make_shared<ThreadPool>(1));
    const Storage copy_of(DType::f32, bias.shape());
    copy({bias, copy_of.tensor()}, host);
    out.push_back({"base_model.model." + layer + (inside ? ".base_layer.bias" : ".bias"), copy_of});
  }
}

std::map<std::string, std::string> file_metadata(const AdapterSet& adapters, const AdapterSaving& saving) {
  std::map<std::string, std::string> metadata = saving.metadata;
  const AdapterType type = adapters.config().type;
  metadata["format"] = is_lycoris(type) ? "lycoris" : "pt";
  if (is_lycoris(type)) {
    metadata["algo"] = adapter_type_name(type);
    metadata[std::string(adapter_type_name(type)) + "_config"] = to_lycoris_config(adapters.config()).dump();
  }
  return metadata;
}

/// The targets a PEFT reader needs to find exactly the adapted modules: the configured names if they say it all, else each
/// module by its own name.
std::vector<std::string> peft_targets(const AdapterSet& adapters) {
  const AdapterConfig& c = adapters.config();
  const bool plain = c.modules.empty() && c.attention_type == AttentionType::both && !c.target_mlp &&
                     c.self_target_modules.empty() && c.cross_target_modules.empty();
  if (plain) return c.target_modules;
  std::vector<std::string> names;
  for (const AdapterSet::Module& module : adapters.modules()) names.push_back(module.name);
  return names;
}

void write_text(const fs::path& path, const std::string& text) {
  NewFile file(path);
  file.write(text.data(), text.size());
  file.publish();
}

}  // namespace

std::vector<SavedTensor> saved_tensors(const AdapterSet& adapters, const TensorMap& biases, Stream& stream) {
  std::vector<SavedTensor> out;
  for (const AdapterSet::Module& module : adapters.modules()) {
    const std::string prefix = saved_prefix(adapters.config().type, module.name);
    for (SavedTensor& t : module.adapter->saved(stream)) out.push_back({prefix + t.name, std::move(t.value)});
  }
  append_biases(out, adapters, biases);
  std::sort(out.begin(), out.end(), [](const SavedTensor& a, const SavedTensor& b) { return a.name < b.name; });
  return out;
}

void save_adapter(const AdapterSet& adapters, const AdapterSaving& saving, Stream& stream) {
  make_folder(saving.folder);
  const std::vector<SavedTensor> tensors = saved_tensors(adapters, saving.biases, stream);
  std::vector<NamedTensor> named;
  named.reserve(tensors.size());
  for (const SavedTensor& t : tensors) named.push_back({t.name, t.value.view()});
  const AdapterType type = adapters.config().type;
  const std::string file =
      is_lycoris(type) ? std::string(adapter_type_name(type)) + "_weights.safetensors" : "adapter_model.safetensors";
  write_safetensors(saving.folder / file, named, file_metadata(adapters, saving));
  if (!is_lycoris(type)) {
    write_text(saving.folder / "adapter_config.json", to_peft_config(adapters.config(), peft_targets(adapters)).dump(2) + "\n");
  }
}

}  // namespace sidestep
