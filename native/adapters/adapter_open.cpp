#include <algorithm>
#include <cmath>
#include <set>

#include "adapters/adapter_file.h"
#include "adapters/kind.h"
#include "adapters/peft_config.h"
#include "adapters/selection.h"
#include "core/error.h"
#include "core/path_text.h"
#include "core/platform/file.h"
#include "core/rel_l2.h"
#include "core/text_file.h"

namespace sidestep {

namespace {

namespace fs = std::filesystem;

constexpr const char* kPeftPrefix = "base_model.model.";
constexpr const char* kLycorisPrefix = "lycoris_";

/// The tensor files that a folder of any kind may hold.
std::vector<std::string> file_names() {
  std::vector<std::string> names{"adapter_model.safetensors"};
  for (const AdapterKind& kind : adapter_kinds()) {
    if (kind.library == AdapterLibrary::lycoris)
      names.push_back(std::string(adapter_type_name(kind.type)) + "_weights.safetensors");
  }
  return names;
}

fs::path tensor_file(const fs::path& path) {
  if (!platform::is_folder(path)) return path;
  std::string expected;
  for (const std::string& name : file_names()) {
    if (platform::exists(path / name)) return path / name;
    expected += (expected.empty() ? "" : ", ") + name;
  }
  throw Error("adapter/format-unknown", utf8_of(path) + " holds no adapter", "Expected one of " + expected + " in it.");
}

Json peft_config_beside(const fs::path& tensors) {
  const fs::path path = tensors.parent_path() / "adapter_config.json";
  if (!platform::exists(path)) {
    throw Error("adapter/config-missing", "Cannot read " + utf8_of(path),
                "A PEFT adapter keeps its alpha there; copy it beside the tensors.");
  }
  return read_json_file(path);
}

/// A PEFT tensor's name is its module's path and one of these.
const std::vector<std::string>& peft_suffixes() {
  static const std::vector<std::string> suffixes = [] {
    std::vector<std::string> all;
    for (const AdapterKind& kind : adapter_kinds()) all.insert(all.end(), kind.tensors.begin(), kind.tensors.end());
    return all;
  }();
  return suffixes;
}

void sort_peft_tensor(AdapterFile& out, const std::string& name, ConstTensor tensor) {
  std::string rest = name.substr(std::string(kPeftPrefix).size());
  if (rest.ends_with("lora_magnitude_vector.weight")) rest.resize(rest.size() - std::string(".weight").size());
  for (const std::string& suffix : peft_suffixes()) {
    if (!rest.ends_with("." + suffix)) continue;
    out.modules[rest.substr(0, rest.size() - suffix.size() - 1)][suffix] = tensor;
    return;
  }
  if (!rest.ends_with(".bias")) {
    throw Error("adapter/tensor-unknown", utf8_of(out.file.path()) + ": " + name + " is no tensor of an adapter we know");
  }
  const std::string inner = ".base_layer.bias";
  if (rest.ends_with(inner)) rest = rest.substr(0, rest.size() - inner.size()) + ".bias";
  out.biases[rest] = tensor;
}

/// LyCORIS flattens dots: "layers_0_self_attn_q_proj" could only be taken apart by knowing the modules. These are the decoder's.
std::string dotted(const std::string& flat) {
  std::string out = flat;
  const auto replace = [&](const std::string& from, const std::string& to) {
    const size_t at = out.find(from);
    if (at != std::string::npos) out.replace(at, from.size(), to);
  };
  if (out.starts_with("layers_")) {
    replace("layers_", "layers.");
    for (const char* part : {"self_attn", "cross_attn", "mlp"}) {
      replace("_" + std::string(part) + "_", "." + std::string(part) + ".");
    }
  }
  if (out == "proj_in_1") out = "proj_in.1";
  for (const char* part : {"time_embed_r_", "time_embed_"}) {
    if (!out.starts_with(part)) continue;
    const std::string head = part;
    return head.substr(0, head.size() - 1) + "." + out.substr(head.size());
  }
  return out;
}

void sort_lycoris_tensor(AdapterFile& out, const std::string& name, ConstTensor tensor) {
  const size_t dot = name.find('.');
  const size_t begin = std::string(kLycorisPrefix).size();
  if (dot == std::string::npos) throw Error("adapter/tensor-unknown", utf8_of(out.file.path()) + ": " + name);
  out.modules[dotted(name.substr(begin, dot - begin))][name.substr(dot + 1)] = tensor;
}

Json lycoris_settings(const SafetensorsFile& file, AdapterType type) {
  const auto found = file.metadata().find(std::string(adapter_type_name(type)) + "_config");
  return found == file.metadata().end() ? Json(Json::Object{}) : parse_python_json(found->second, utf8_of(file.path()));
}

bool any_has(const AdapterFile& file, const std::string& tensor) {
  return std::any_of(file.modules.begin(), file.modules.end(),
                     [&](const auto& module) { return module.second.contains(tensor); });
}

LycorisForm form_of(const TensorMap& tensors) {
  const auto has = [&](const char* name) { return tensors.contains(name); };
  const auto side = [&](const char* name, int dim) {
    const auto found = tensors.find(name);
    return found == tensors.end() || found->second.rank() <= dim ? int64_t{1} : found->second.dim(dim);
  };
  LycorisForm form{.tucker = has("lokr_t2") || has("hada_t1"), .w1_is_full = has("lokr_w1"), .w2_is_full = has("lokr_w2")};
  for (const char* name : {"lokr_w1_b", "lokr_w2_b", "hada_w1_b"}) {
    if (has(name)) form.rank = side(name, 0);
  }
  if (has("alpha")) form.alpha = element_at(tensors.at("alpha"), 0);
  form.l = form.w1_is_full ? side("lokr_w1", 0) : side("lokr_w1_a", 0);
  form.m = form.w1_is_full ? side("lokr_w1", 1) : side("lokr_w1_b", 1);
  form.k = form.w2_is_full ? side("lokr_w2", 0) : side("lokr_w2_a", form.tucker ? 1 : 0);
  return form;
}

/// Where both factors are full LyCORIS forces alpha to the rank: such a module does not show the configured one.
bool tells_alpha(const TensorMap& tensors) { return !(tensors.contains("lokr_w1") && tensors.contains("lokr_w2")); }

/// By the first tensor that begins as those of a kind do.
AdapterType lycoris_type(const AdapterFile& file) {
  for (const auto& [module, tensors] : file.modules) {
    for (const auto& [name, tensor] : tensors) {
      for (const AdapterKind& kind : adapter_kinds()) {
        if (kind.library == AdapterLibrary::lycoris && name.starts_with(kind.mark)) return kind.type;
      }
    }
  }
  throw Error("adapter/format-unknown", utf8_of(file.file.path()) + " holds no tensors of a LyCORIS kind that we know");
}

/// What the tensors themselves say wins over what the settings say.
void settle_lycoris(AdapterFile& out) {
  const AdapterType type = lycoris_type(out);
  out.config = from_lycoris_config(type, lycoris_settings(out.file, type));
  AdapterConfig& c = out.config;
  c.lycoris.weight_decompose = any_has(out, "dora_scale");
  c.lycoris.use_tucker = any_has(out, "lokr_t2") || any_has(out, "hada_t1");
  c.lokr.decompose_both = any_has(out, "lokr_w1_a");
  for (const auto& [module, tensors] : out.modules) {
    c.lycoris.forms[module] = form_of(tensors);
    for (const auto& [name, tensor] : tensors) {
      const bool ranked = name == "hada_w1_b" || name == "lokr_w2_b" || name == "lokr_w1_b";
      if (ranked) c.rank = tensor.dim(0);
      if (name == "alpha" && tells_alpha(tensors)) c.alpha = element_at(tensor, 0);
    }
  }
}

void settle_peft(AdapterFile& out) {
  out.config = from_peft_config(peft_config_beside(out.file.path()));
  for (const auto& [module, tensors] : out.modules) {
    const auto a = tensors.find("lora_A.weight");
    if (a == tensors.end()) continue;
    const int64_t rank = a->second.dim(0);
    if (rank_of(out.config, module) != rank) out.config.rank_pattern[module] = rank;
  }
}

}  // namespace

AdapterFile open_adapter(const fs::path& folder_or_file) {
  AdapterFile out{.file = SafetensorsFile(tensor_file(folder_or_file)), .config = {}, .modules = {}, .biases = {}};
  for (const std::string& name : out.file.names()) {
    if (name.starts_with(kPeftPrefix))
      sort_peft_tensor(out, name, out.file.tensor(name));
    else if (name.starts_with(kLycorisPrefix))
      sort_lycoris_tensor(out, name, out.file.tensor(name));
    else
      throw Error("adapter/tensor-unknown", utf8_of(out.file.path()) + ": " + name + " is no adapter tensor of PEFT or LyCORIS");
  }
  if (out.modules.empty()) throw Error("adapter/format-unknown", utf8_of(out.file.path()) + " holds no adapter tensors");
  if (out.file.names().front().starts_with(kLycorisPrefix))
    settle_lycoris(out);
  else
    settle_peft(out);
  for (const auto& [module, tensors] : out.modules) out.config.modules.push_back(module);
  return out;
}

void load_adapter(const AdapterFile& adapter, AdapterSet& adapters, Workspace work) {
  std::set<std::string> wanted;
  for (const AdapterSet::Module& module : adapters.modules()) {
    wanted.insert(module.name);
    const auto found = adapter.modules.find(module.name);
    if (found == adapter.modules.end()) {
      throw Error("adapter/tensor-missing", utf8_of(adapter.file.path()) + " has no tensors for " + module.name);
    }
    std::set<std::string> known;
    for (const SavedTensor& t : module.adapter->saved(work.stream)) known.insert(t.name);
    for (const auto& [name, tensor] : found->second) {
      if (!known.contains(name)) throw Error("adapter/tensor-unknown", module.name + ": no place for tensor " + name);
    }
    module.adapter->load(found->second, work.stream);
  }
  for (const auto& [module, tensors] : adapter.modules) {
    if (!wanted.contains(module)) throw Error("adapter/unknown-module", "The adapter adapts " + module + ", the model does not");
  }
  adapters.refresh(work);
}

Json inspect_adapter(const fs::path& folder_or_file) {
  const AdapterFile adapter = open_adapter(folder_or_file);
  Json::Object modules;
  int64_t parameters = 0;
  for (const auto& [module, tensors] : adapter.modules) {
    Json::Object described;
    for (const auto& [name, tensor] : tensors) {
      double squares = 0;
      for (int64_t i = 0; i < tensor.numel(); ++i) squares += element_at(tensor, i) * element_at(tensor, i);
      Json::Array shape;
      for (int i = 0; i < tensor.rank(); ++i) shape.emplace_back(tensor.dim(i));
      described[name] =
          Json::Object{{"shape", shape}, {"norm", std::sqrt(squares)}, {"dtype", std::string(dtype_name(tensor.dtype()))}};
      if (name != "alpha") parameters += tensor.numel();
    }
    modules[module] = described;
  }
  Json::Object metadata;
  for (const auto& [key, value] : adapter.file.metadata()) metadata[key] = value;
  return Json::Object{{"file", utf8_of(adapter.file.path())},
                      {"format", is_lycoris(adapter.config.type) ? "lycoris" : "peft"},
                      {"config", adapter_config_to_json(adapter.config)},
                      {"parameters", parameters},
                      {"modules", modules},
                      {"saved_biases", static_cast<int64_t>(adapter.biases.size())},
                      {"metadata", metadata}};
}

}  // namespace sidestep
