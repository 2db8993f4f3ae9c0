#include "ops/library_places.h"

#include <algorithm>
#include <optional>

#include "core/path_text.h"

namespace sidestep {
namespace {

namespace fs = std::filesystem;
using Folders = std::vector<fs::path>;

bool is_windows(const LibrarySearch& search) { return search.system == LibrarySearch::System::windows; }

/// An empty one would mean the folder that the program happens to run in.
std::optional<fs::path> folder_in(const LibrarySearch& search, const char* variable) {
  const auto folder = search.variable(variable);
  return folder && !folder->empty() ? folder : std::nullopt;
}

/// Folders in `parent` whose names begin so, the newest version first.
Folders folders_named(const fs::path& parent, const std::string& prefix) {
  Folders found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error))
    if (utf8_of(entry.path().filename()).starts_with(prefix)) found.push_back(entry.path());
  std::sort(found.begin(), found.end(), std::greater<>());
  return found;
}

/// Wheels of CUDA 13 share one folder, those of 12, and NCCL's, have one each; PyTorch's wheels for Windows, and its older ones,
/// hold the library themselves.
void add_wheels(Folders& folders, const LibrarySearch& search, const fs::path& packages) {
  const fs::path nvidia = packages / "nvidia";
  if (is_windows(search)) {
    if (search.cuda_major >= 13) folders.push_back(nvidia / "cu13" / "bin" / "x86_64");
    folders.push_back(nvidia / "cublas" / "bin");
  } else {
    if (search.cuda_major >= 13) folders.push_back(nvidia / "cu13" / "lib");
    for (const char* wheel : {"cublas", "nccl"}) folders.push_back(nvidia / wheel / "lib");
  }
  folders.push_back(packages / "torch" / "lib");
}

/// Below the folder of an environment: `lib/python3.12/site-packages`, on Windows `Lib/site-packages`.
void add_environment(Folders& folders, const LibrarySearch& search, const fs::path& prefix) {
  if (is_windows(search)) return add_wheels(folders, search, prefix / "Lib" / "site-packages");
  for (const fs::path& python : folders_named(prefix / "lib", "python3"))
    for (const char* packages : {"site-packages", "dist-packages"}) add_wheels(folders, search, python / packages);
}

fs::path program_files(const LibrarySearch& search) { return folder_in(search, "ProgramFiles").value_or("C:/Program Files"); }

void add_toolkits(Folders& folders, const LibrarySearch& search) {
  Folders toolkits;
  for (const char* variable : {"CUDA_PATH", "CUDA_HOME"})
    if (const auto named = folder_in(search, variable)) toolkits.push_back(*named);
  const std::string major = std::to_string(search.cuda_major) + ".";
  if (!is_windows(search)) {
    toolkits.insert(toolkits.end(), {search.root / "usr/local/cuda", search.root / "opt/cuda"});
    const auto beside = folders_named(search.root / "usr/local", "cuda-" + major);  // of which `cuda` is the one installed last
    toolkits.insert(toolkits.end(), beside.begin(), beside.end());
    for (const fs::path& toolkit : toolkits) folders.push_back(toolkit / "lib64");
    return;
  }
  const auto installed = folders_named(program_files(search) / "NVIDIA GPU Computing Toolkit" / "CUDA", "v" + major);
  toolkits.insert(toolkits.end(), installed.begin(), installed.end());
  for (const fs::path& toolkit : toolkits)
    folders.insert(folders.end(), {toolkit / "bin" / "x64", toolkit / "bin"});  // since CUDA 13, and before
}

/// conda's packages lay libraries there, its wheels where Python's lie.
void add_conda(Folders& folders, const LibrarySearch& search, const fs::path& conda) {
  if (is_windows(search)) return folders.push_back(conda / "Library" / "bin");
  for (const char* place : {"lib", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib"}) folders.push_back(conda / place);
}

void add_other_pythons(Folders& folders, const LibrarySearch& search) {
  if (!is_windows(search)) {
    if (const auto home = folder_in(search, "HOME")) add_environment(folders, search, *home / ".local");
    for (const char* prefix : {"usr/local", "usr"}) add_environment(folders, search, search.root / prefix);
    return;
  }
  if (const auto roaming = folder_in(search, "APPDATA"))
    for (const fs::path& python : folders_named(*roaming / "Python", "Python3"))
      add_wheels(folders, search, python / "site-packages");
  if (const auto local = folder_in(search, "LOCALAPPDATA")) {
    for (const fs::path& python : folders_named(*local / "Programs" / "Python", "Python3"))
      add_environment(folders, search, python);
    for (const fs::path& store : folders_named(*local / "Packages", "PythonSoftwareFoundation.Python.3"))  // of Microsoft's Store
      for (const fs::path& python : folders_named(store / "LocalCache" / "local-packages", "Python3"))
        add_wheels(folders, search, python / "site-packages");
  }
  for (const fs::path& python : folders_named(program_files(search), "Python3")) add_environment(folders, search, python);
}

}  // namespace

std::string cublaslt_file(const LibrarySearch& search) {
  const std::string major = std::to_string(search.cuda_major);
  return is_windows(search) ? "cublasLt64_" + major + ".dll" : "libcublasLt.so." + major;
}

namespace {

/// Every folder, an empty one for where the system looks.
Folders all_folders(const LibrarySearch& search) {
  const fs::path anywhere;
  Folders folders;
  if (!search.beside.empty()) folders.push_back(search.beside);
  folders.push_back(anywhere);
  add_toolkits(folders, search);
  const auto conda = folder_in(search, "CONDA_PREFIX");
  if (conda) add_conda(folders, search, *conda);
  if (const auto environment = folder_in(search, "VIRTUAL_ENV")) add_environment(folders, search, *environment);
  if (conda) add_environment(folders, search, *conda);
  add_other_pythons(folders, search);
  return folders;
}

std::vector<fs::path> files_in(Folders folders, const std::string& file) {
  for (fs::path& folder : folders) folder = folder.empty() ? fs::path(file) : folder / file;
  return folders;
}

}  // namespace

std::vector<fs::path> cublaslt_places(const LibrarySearch& search) {
  return files_in(all_folders(search), cublaslt_file(search));
}

std::vector<fs::path> nccl_places(const LibrarySearch& search) {
  if (is_windows(search)) return {};
  return files_in(all_folders(search), "libnccl.so.2");
}

}  // namespace sidestep
