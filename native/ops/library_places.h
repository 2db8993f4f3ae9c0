#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sidestep {

/// Where to look for libraries of NVIDIA's that do not come with the driver: cuBLASLt and NCCL.
struct LibrarySearch {
  enum class System { linux_, windows };
  System system;
  int cuda_major;                ///< of the toolkit that the plugin was built with: 12 or 13
  std::filesystem::path beside;  ///< the plugin's own folder
  std::function<std::optional<std::filesystem::path>(const char*)> variable;  ///< of the environment
  std::filesystem::path root = "/";                                           ///< of the file system; tests have one of their own
};

/// `libcublasLt.so.12`, `cublasLt64_12.dll`.
std::string cublaslt_file(const LibrarySearch& search);

/// Files in the order in which they are tried: beside the plugin; where the system looks, which is a name without a folder; the
/// CUDA toolkit (CUDA_PATH, CUDA_HOME, its usual folders); conda; NVIDIA's wheels and PyTorch's own copy in the active Python
/// environment, then in the user's and the system's Pythons. Folders with a version in their name are those that exist. A
/// variable that is empty counts as not set.
std::vector<std::filesystem::path> cublaslt_places(const LibrarySearch& search);

/// Where `libnccl.so.2` is tried, in the same order. NCCL is the same for all toolkits, and only for Linux: nowhere on Windows.
std::vector<std::filesystem::path> nccl_places(const LibrarySearch& search);

}  // namespace sidestep
