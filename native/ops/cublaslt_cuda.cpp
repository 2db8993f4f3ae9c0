#include "ops/cublaslt_cuda.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/path_text.h"
#include "core/platform/library.h"
#include "core/platform/process.h"
#include "ops/library_places.h"

namespace sidestep::cuda::cublaslt {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> candidates() {
  if (const auto chosen = platform::path_variable("SIDESTEP_CUBLASLT")) return {*chosen};
  const bool is_windows = platform::module_file("").ends_with(".dll");
  return cublaslt_places({.system = is_windows ? LibrarySearch::System::windows : LibrarySearch::System::linux_,
                          .cuda_major = CUDART_VERSION / 1000,
                          .beside = platform::file_holding(reinterpret_cast<const void*>(&library)).parent_path(),
                          .variable = &platform::path_variable});
}

std::optional<Library> symbols_of(void* opened) {
  using platform::resolve;
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
  std::string origin;
};

/// A file that is there and does not serve is another matter than none.
Found find() {
  std::string why = "was not found";
  bool is_explained = false;
  for (const fs::path& file : candidates()) {
    if (file.empty()) continue;
    const platform::OpenedLibrary opened = platform::open_library(file);
    if (const auto library = opened.handle == nullptr ? std::nullopt : symbols_of(opened.handle)) return {library, utf8_of(file)};
    std::error_code error;
    const bool is_there = opened.handle != nullptr || (file.has_parent_path() && fs::exists(file, error)) ||
                          platform::path_variable("SIDESTEP_CUBLASLT");
    if (!is_there || is_explained) continue;
    why = opened.handle == nullptr ? "cannot be opened (" + opened.why + ")"
                                   : "lacks functions that are needed (" + utf8_of(file) + ")";
    is_explained = true;
  }
  return {std::nullopt, "cuBLASLt " + why + "; the engine's own product kernels serve, which are somewhat slower"};
}

const Found& found() {
  static const Found once = find();
  return once;
}

}  // namespace

const Library* library() { return found().library ? &*found().library : nullptr; }
const std::string& library_origin() { return found().origin; }

}  // namespace sidestep::cuda::cublaslt
