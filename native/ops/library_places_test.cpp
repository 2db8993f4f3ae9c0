#include "ops/library_places.h"

#include <algorithm>
#include <map>

#include "core/path_text.h"
#include "testing/temporary_folder.h"
#include "testing/test.h"

namespace {

using namespace sidestep;
namespace fs = std::filesystem;

/// A file system with these folders, and an environment.
struct Machine : testing::TemporaryFolder {
  std::map<std::string, fs::path> environment;

  void folder(const std::string& name) const { fs::create_directories(path / name); }

  /// The place of a file among those that are tried; -1: it would never be found.
  int64_t rank(LibrarySearch::System system, int cuda_major, const std::string& file) const {
    return place_of(file, cublaslt_places(search(system, cuda_major)));
  }
  int64_t rank_of_nccl(LibrarySearch::System system, const std::string& file) const {
    return place_of(file, nccl_places(search(system, 13)));
  }

  LibrarySearch search(LibrarySearch::System system, int cuda_major) const {
    return {.system = system,
            .cuda_major = cuda_major,
            .beside = path / "plugin",
            .variable = [this](const char* name) -> std::optional<fs::path> {
              const auto found = environment.find(name);
              return found == environment.end() ? std::nullopt : std::optional(found->second);
            },
            .root = path};
  }
  int64_t place_of(const std::string& file, const std::vector<fs::path>& places) const {
    const auto found = std::find(places.begin(), places.end(), fs::path(file).has_parent_path() ? path / file : fs::path(file));
    return found == places.end() ? -1 : found - places.begin();
  }
};

constexpr auto kLinux = LibrarySearch::System::linux_;
constexpr auto kWindows = LibrarySearch::System::windows;

TEST("cuBLASLt: Linux, where NVIDIA's packages, wheels, conda and PyTorch lay it") {
  Machine machine;
  for (const char* prefix : {"venv", "conda", "home/.local", "usr"}) machine.folder(std::string(prefix) + "/lib/python3.12");
  for (const char* toolkit : {"cuda-12.4", "cuda-12.8", "cuda-13.0"}) machine.folder("usr/local/" + std::string(toolkit));
  machine.environment = {{"VIRTUAL_ENV", machine.path / "venv"},
                         {"CONDA_PREFIX", machine.path / "conda"},
                         {"HOME", machine.path / "home"},
                         {"CUDA_PATH", machine.path / "toolkit"},
                         {"CUDA_HOME", machine.path / "module"}};
  const char* in_order[] = {"plugin/libcublasLt.so.12",
                            "libcublasLt.so.12",
                            "toolkit/lib64/libcublasLt.so.12",
                            "module/lib64/libcublasLt.so.12",
                            "usr/local/cuda/lib64/libcublasLt.so.12",
                            "usr/local/cuda-12.8/lib64/libcublasLt.so.12",
                            "usr/local/cuda-12.4/lib64/libcublasLt.so.12",
                            "conda/targets/x86_64-linux/lib/libcublasLt.so.12",
                            "venv/lib/python3.12/site-packages/nvidia/cublas/lib/libcublasLt.so.12",
                            "venv/lib/python3.12/site-packages/torch/lib/libcublasLt.so.12",
                            "conda/lib/python3.12/site-packages/nvidia/cublas/lib/libcublasLt.so.12",
                            "home/.local/lib/python3.12/site-packages/nvidia/cublas/lib/libcublasLt.so.12",
                            "usr/lib/python3.12/dist-packages/nvidia/cublas/lib/libcublasLt.so.12"};
  int64_t before = -1;
  for (const char* file : in_order) {
    const int64_t rank = machine.rank(kLinux, 12, file);
    if (rank <= before) testing::fail(__FILE__, __LINE__, std::string(file) + " is tried at the wrong time, or never");
    before = rank;
  }
  EXPECT(machine.rank(kLinux, 12, "usr/local/cuda-13.0/lib64/libcublasLt.so.12") == -1);  // another major's
  EXPECT(machine.rank(kLinux, 13, "venv/lib/python3.12/site-packages/nvidia/cu13/lib/libcublasLt.so.13") > 0);
}

TEST("NCCL: Linux, where NVIDIA's packages, wheels and conda lay it; not on Windows") {
  Machine machine;
  for (const char* prefix : {"venv", "usr"}) machine.folder(std::string(prefix) + "/lib/python3.12");
  machine.environment = {{"VIRTUAL_ENV", machine.path / "venv"}, {"CONDA_PREFIX", machine.path / "conda"}};
  const char* in_order[] = {"plugin/libnccl.so.2",
                            "libnccl.so.2",
                            "usr/local/cuda/lib64/libnccl.so.2",
                            "conda/lib/libnccl.so.2",
                            "venv/lib/python3.12/site-packages/nvidia/nccl/lib/libnccl.so.2",
                            "usr/lib/python3.12/dist-packages/nvidia/nccl/lib/libnccl.so.2"};
  int64_t before = -1;
  for (const char* file : in_order) {
    const int64_t rank = machine.rank_of_nccl(kLinux, file);
    if (rank <= before) testing::fail(__FILE__, __LINE__, std::string(file) + " is tried at the wrong time, or never");
    before = rank;
  }
  EXPECT(machine.rank_of_nccl(kWindows, "libnccl.so.2") == -1);
}

TEST("cuBLASLt: Windows, where NVIDIA's installer, wheels, conda and PyTorch lay it") {
  Machine machine;
  for (const char* name :
       {"Programs/NVIDIA GPU Computing Toolkit/CUDA/v12.8", "Programs/NVIDIA GPU Computing Toolkit/CUDA/v13.0",
        "Local/Programs/Python/Python312",
        "Local/Packages/PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0/LocalCache/local-packages/Python312",
        "Programs/Python313", "Roaming/Python/Python311"})
    machine.folder(name);
  machine.environment = {{"ProgramFiles", machine.path / "Programs"},
                         {"LOCALAPPDATA", machine.path / "Local"},
                         {"APPDATA", machine.path / "Roaming"},
                         {"VIRTUAL_ENV", machine.path / "venv"},
                         {"CONDA_PREFIX", machine.path / "conda"}};
  for (const char* file :
       {"cublasLt64_12.dll", "plugin/cublasLt64_12.dll", "Programs/NVIDIA GPU Computing Toolkit/CUDA/v12.8/bin/cublasLt64_12.dll",
        "conda/Library/bin/cublasLt64_12.dll", "venv/Lib/site-packages/nvidia/cublas/bin/cublasLt64_12.dll",
        "venv/Lib/site-packages/torch/lib/cublasLt64_12.dll",
        "Local/Programs/Python/Python312/Lib/site-packages/torch/lib/cublasLt64_12.dll",
        "Local/Packages/PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0/LocalCache/local-packages/Python312/site-packages/"
        "torch/lib/cublasLt64_12.dll",
        "Programs/Python313/Lib/site-packages/nvidia/cublas/bin/cublasLt64_12.dll",
        "Roaming/Python/Python311/site-packages/nvidia/cublas/bin/cublasLt64_12.dll"})
    if (machine.rank(kWindows, 12, file) < 0) testing::fail(__FILE__, __LINE__, std::string(file) + " is never tried");
  EXPECT(machine.rank(kWindows, 12, "Programs/NVIDIA GPU Computing Toolkit/CUDA/v13.0/bin/x64/cublasLt64_12.dll") ==
         -1);  // another major's
  EXPECT(machine.rank(kWindows, 13, "Programs/NVIDIA GPU Computing Toolkit/CUDA/v13.0/bin/x64/cublasLt64_13.dll") > 0);
  EXPECT(machine.rank(kWindows, 13, "venv/Lib/site-packages/nvidia/cu13/bin/x86_64/cublasLt64_13.dll") > 0);
}

TEST("cuBLASLt: a variable that is empty adds no folder to the search, least of all the one that the program runs in") {
  const Machine bare;
  Machine machine;
  for (const char* name :
       {"CUDA_PATH", "CUDA_HOME", "CONDA_PREFIX", "VIRTUAL_ENV", "HOME", "ProgramFiles", "APPDATA", "LOCALAPPDATA"})
    machine.environment[name] = "";
  for (const auto system : {kLinux, kWindows}) {
    EXPECT(cublaslt_places(machine.search(system, 12)).size() == cublaslt_places(bare.search(system, 12)).size());
    for (const fs::path& file : cublaslt_places(machine.search(system, 12)))
      EXPECT(file.is_absolute() || utf8_of(file).starts_with("C:") || !file.has_parent_path());
  }
}

TEST("cuBLASLt: a machine with nothing is asked for two files and the usual folders") {
  const Machine machine;
  EXPECT(machine.rank(kLinux, 12, "libcublasLt.so.12") == 1);
  EXPECT(machine.rank(kWindows, 13, "cublasLt64_13.dll") == 1);
}

}  // namespace
