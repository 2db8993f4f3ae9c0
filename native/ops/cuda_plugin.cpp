#include "ops/cuda_plugin.h"

#include <filesystem>

#include "core/error.h"
#include "core/path_text.h"
#include "core/platform/library.h"
#include "core/platform/process.h"
#include "core/relief.h"

namespace sidestep {
namespace {

[[noreturn]] void unavailable(const std::string& reason) {
  throw Error("native/device-unavailable", "The CUDA backend is not available: " + reason,
              "Set device: cpu; `sidestep doctor` says what a card needs here.");
}

std::string& chosen_name() {
  static std::string name;
  return name;
}

// Beside the shared object or program that holds this very function.
std::filesystem::path plugin_path() {
  if (const auto file = platform::path_variable("SIDESTEP_CUDA_PLUGIN"); file && !file->empty() && chosen_name().empty())
    return *file;
  const std::string name = chosen_name().empty() ? "sidestep_cuda" : chosen_name();
  const std::filesystem::path program = platform::file_holding(reinterpret_cast<const void*>(&cuda_plugin));
  std::error_code error;
  const std::filesystem::path self = std::filesystem::canonical(program, error);
  return (error ? program : self).parent_path() / platform::module_file(name);
}

const CudaPlugin* open() {
  const std::filesystem::path path = plugin_path();
  const platform::OpenedLibrary library = platform::open_library(path);  // stays loaded: streams and memory refer to it
  if (library.handle == nullptr) unavailable(library.why);
  const auto entry = reinterpret_cast<CudaPluginEntry>(platform::symbol_of(library.handle, kCudaPluginSymbol));
  if (entry == nullptr) unavailable(utf8_of(path) + " is not a plugin of sidestep");
  const CudaPlugin* plugin = entry(kCudaPluginVersion);
  if (plugin == nullptr || plugin->version != kCudaPluginVersion)
    unavailable(utf8_of(path) + " was built for another version of the engine");
  return plugin;
}

const CudaPlugin& opened() {
  static const CudaPlugin* const plugin = open();  // a failure throws and is tried again next time
  return *plugin;
}

const CudaPlugin* load() {
  const CudaPlugin& plugin = opened();
  if (plugin.device_count() == 0) unavailable("no CUDA device is visible");
  install_cuda_memory(plugin.memory);
  plugin.set_relief(&relieve);
  return &plugin;
}

}  // namespace

bool choose_fake_card(std::string_view name) {
  if (name == "fake-cuda")
    chosen_name() = "sidestep_fake_cuda";
  else if (name == "simt")
    chosen_name() = "simt/sidestep_simt";
  else
    return false;
  return true;
}

bool cuda_plugin_opens() {
  try {
    opened();
    return true;
  } catch (const Error&) {
    return false;  // cuda_plugin() says why
  }
}

const CudaPlugin& cuda_plugin() {
  static const CudaPlugin* const plugin = load();
  return *plugin;
}

}  // namespace sidestep
