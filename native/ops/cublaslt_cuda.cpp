#include "ops/cublaslt_cuda.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/platform/library.h"
#include "core/platform/process.h"
#include "ops/library_choice.h"
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

bool takes_symbols(void* opened, Library& lt) {
  using platform::resolve;
  return resolve(opened, "cublasLtGetVersion", lt.version) && resolve(opened, "cublasLtCreate", lt.create) &&
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
}

struct Found {
  std::optional<Library> library;
  std::string origin;
};

Found find() {
  Library lt{};
  const LibraryChoice choice =
      choose_library(candidates(), platform::path_variable("SIDESTEP_CUBLASLT").has_value(),
                     [&](void* opened) { return takes_symbols(opened, lt) ? "" : "lacks functions that are needed"; });
  if (choice.handle != nullptr) return {lt, choice.words};
  return {std::nullopt, "cuBLASLt " + choice.words + "; the engine's own product kernels serve, which are somewhat slower"};
}

const Found& found() {
  static const Found once = find();
  return once;
}

}  // namespace

const Library* library() { return found().library ? &*found().library : nullptr; }
const std::string& library_origin() { return found().origin; }

}  // namespace sidestep::cuda::cublaslt
