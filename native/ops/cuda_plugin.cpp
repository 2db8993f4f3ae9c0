#include "ops/cuda_plugin.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "core/error.h"

namespace sidestep {
namespace {

[[noreturn]] void unavailable(const std::string& reason) {
  throw Error("native/device-unavailable", "The CUDA backend is not available: " + reason,
              "Set device: cpu, or install an NVIDIA driver and build the plugin (cmake -DSIDESTEP_CUDA=ON).");
}

std::string& chosen_name() {
  static std::string name;
  return name;
}

// Beside the shared object or program that holds this very function.
std::filesystem::path plugin_path() {
  const char* file = std::getenv("SIDESTEP_CUDA_PLUGIN");
  if (chosen_name().empty() && file != nullptr) return file;
  const std::string name = chosen_name().empty() ? "sidestep_cuda.so" : chosen_name();
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&cuda_plugin), &info) == 0 || info.dli_fname == nullptr) return name;
  std::error_code error;
  const std::filesystem::path self = std::filesystem::canonical(info.dli_fname, error);
  return (error ? std::filesystem::path(info.dli_fname) : self).parent_path() / name;
}

const CudaPlugin* load() {
  const std::filesystem::path path = plugin_path();
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // stays loaded: streams and memory refer to it
  if (library == nullptr) unavailable(::dlerror());
  const auto entry = reinterpret_cast<CudaPluginEntry>(::dlsym(library, kCudaPluginSymbol));
  if (entry == nullptr) unavailable(path.string() + " is not a plugin of sidestep");
  const CudaPlugin* plugin = entry(kCudaPluginVersion);
  if (plugin == nullptr || plugin->version != kCudaPluginVersion)
    unavailable(path.string() + " was built for another version of the engine");
  if (plugin->device_count() == 0) unavailable("no CUDA device is visible");
  install_cuda_memory(plugin->memory);
  return plugin;
}

}  // namespace

bool choose_made_up_card(std::string_view name) {
  if (name == "mirror") chosen_name() = "sidestep_mirror.so";
  else if (name == "simt") chosen_name() = "simt/sidestep_simt.so";
  else return false;
  return true;
}

const CudaPlugin& cuda_plugin() {
  static const CudaPlugin* const plugin = load();  // a failed load throws and is tried again next time
  return *plugin;
}

}  // namespace sidestep
