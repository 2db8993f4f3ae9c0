#include "ops/cublaslt_cuda.h"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/platform/library.h"

namespace sidestep::cuda::cublaslt {
namespace {

namespace fs = std::filesystem;

constexpr int kMajor = CUDART_VERSION / 1000;

fs::path plugin_folder() {
  return platform::file_holding(reinterpret_cast<const void*>(&library)).parent_path();
}

/// lib/python3.*/site-packages/nvidia/*/lib below the active Python environment and the usual prefixes.
void add_python_folders(std::vector<fs::path>& folders) {
  std::vector<fs::path> prefixes{"/usr/local", "/usr"};
  for (const char* name : {"VIRTUAL_ENV", "CONDA_PREFIX"})
    if (const char* prefix = std::getenv(name)) prefixes.insert(prefixes.begin(), prefix);
  if (const char* home = std::getenv("HOME")) prefixes.push_back(fs::path(home) / ".local");
  std::error_code error;
  for (const fs::path& prefix : prefixes)
    for (const auto& python : fs::directory_iterator(prefix / "lib", error)) {
      if (!python.path().filename().string().starts_with("python3")) continue;
      for (const char* packages : {"site-packages", "dist-packages"})
        for (const char* wheel : {kMajor >= 13 ? "cu13" : "cublas", "cublas"})
          folders.push_back(python.path() / packages / "nvidia" / wheel / "lib");
    }
}

std::vector<std::string> candidates() {
  const std::string name = "libcublasLt.so." + std::to_string(kMajor);
  if (const char* chosen = std::getenv("SIDESTEP_CUBLASLT")) return {chosen};
  std::vector<fs::path> folders{plugin_folder(), {}, "/usr/local/cuda/lib64", "/opt/cuda/lib64"};
  if (const char* toolkit = std::getenv("CUDA_PATH")) folders.push_back(fs::path(toolkit) / "lib64");
  if (const char* conda = std::getenv("CONDA_PREFIX"))  // conda's packages lay libraries there, its wheels where Python's lie
    for (const char* place : {"lib", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib"}) folders.push_back(fs::path(conda) / place);
  add_python_folders(folders);
  std::vector<std::string> files;
  for (const fs::path& folder : folders) files.push_back(folder.empty() ? name : (folder / name).string());
  return files;
}

template <typename Function>
bool resolve(void* opened, const char* symbol, Function*& function) {
  function = reinterpret_cast<Function*>(platform::symbol_of(opened, symbol));
  return function != nullptr;
}

std::optional<Library> symbols_of(void* opened) {
  Library lt{};
  const bool complete = resolve(opened, "cublasLtGetVersion", lt.version) && resolve(opened, "cublasLtCreate", lt.create) &&
                        resolve(opened, "cublasLtMatmulDescCreate", lt.desc_create) &&
                        resolve(opened, "cublasLtMatmulDescDestroy", lt.desc_destroy) &&
                        resolve(opened, "cublasLtMatmulDescSetAttribute", lt.desc_set) &&
                        resolve(opened, "cublasLtMatrixLayoutCreate", lt.layout_create) &&
                        resolve(opened, "cublasLtMatrixLayoutDestroy", lt.layout_destroy) &&
                        resolve(opened, "cublasLtMatrixLayoutSetAttribute", lt.layout_set) &&
                        resolve(opened, "cublasLtMatmulPreferenceCreate", lt.preference_create) &&
                        resolve(opened, "cublasLtMatmulPreferenceDestroy", lt.preference_destroy) &&
                        resolve(opened, "cublasLtMatmulPreferenceSetAttribute", lt.preference_set) &&
                        resolve(opened, "cublasLtMatmulAlgoGetHeuristic", lt.heuristic) &&
                        resolve(opened, "cublasLtMatmulAlgoCheck", lt.check) && resolve(opened, "cublasLtMatmul", lt.matmul);
  return complete ? std::optional(lt) : std::nullopt;
}

struct Found {
  std::optional<Library> library;
  std::string origin = "cuBLASLt was not found; the engine's own product kernel is used, which is many times slower";
};

Found find() {
  Found found;
  for (const std::string& file : candidates()) {
    void* opened = file.empty() ? nullptr : platform::open_library(file).handle;
    if (opened == nullptr) continue;
    found.library = symbols_of(opened);
    if (!found.library) continue;
    found.origin = file;
    break;
  }
  return found;
}

const Found& found() {
  static const Found once = find();
  return once;
}

}  // namespace

const Library* library() { return found().library ? &*found().library : nullptr; }
const std::string& library_origin() { return found().origin; }

}  // namespace sidestep::cuda::cublaslt
