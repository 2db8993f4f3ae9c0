#include "training/nccl.h"

#include <filesystem>
#include <optional>
#include <vector>

#include "core/path_text.h"
#include "core/platform/library.h"
#include "core/platform/process.h"
#include "ops/library_places.h"

namespace sidestep::nccl {
namespace {

namespace fs = std::filesystem;

constexpr int kOldest = 21400;  ///< brought calls that do not block, and with them a way out of a rank that is gone

std::vector<fs::path> candidates() {
  if (const auto chosen = platform::path_variable("SIDESTEP_NCCL")) return {*chosen};
  const bool is_windows = platform::module_file("").ends_with(".dll");
  return nccl_places({.system = is_windows ? LibrarySearch::System::windows : LibrarySearch::System::linux_,
                      .cuda_major = 13,  // its wheels are looked for beside those of every toolkit
                      .beside = platform::file_holding(reinterpret_cast<const void*>(&library)).parent_path(),
                      .variable = &platform::path_variable});
}

std::optional<Library> symbols_of(void* opened) {
  using platform::resolve;
  Library it{};
  const bool complete = resolve(opened, "ncclGetVersion", it.version) && resolve(opened, "ncclGetUniqueId", it.unique_id) &&
                        resolve(opened, "ncclCommInitRankConfig", it.join) &&
                        resolve(opened, "ncclCommGetAsyncError", it.state) && resolve(opened, "ncclCommFinalize", it.finalize) &&
                        resolve(opened, "ncclCommDestroy", it.destroy) && resolve(opened, "ncclCommAbort", it.abort) &&
                        resolve(opened, "ncclGroupStart", it.group_start) && resolve(opened, "ncclGroupEnd", it.group_end) &&
                        resolve(opened, "ncclSend", it.send) && resolve(opened, "ncclRecv", it.receive) &&
                        resolve(opened, "ncclBroadcast", it.broadcast) && resolve(opened, "ncclGetErrorString", it.text) &&
                        resolve(opened, "ncclGetLastError", it.last_error);
  return complete ? std::optional(it) : std::nullopt;
}

std::string version_text(int version) {
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." + std::to_string(version % 100);
}

struct Found {
  std::optional<Library> library{};
  int version = 0;
  std::string origin = "NCCL was not found";
};

Found find() {
  Found found;
  for (const fs::path& file : candidates()) {
    void* opened = file.empty() ? nullptr : platform::open_library(file).handle;
    if (opened == nullptr) continue;
    const std::optional<Library> symbols = symbols_of(opened);
    int version = 0;
    if (!symbols || symbols->version(&version) != Result::success || version < kOldest) {
      found.origin = "NCCL was found too old (" + utf8_of(file) + "): 2.14 or newer is needed";
      continue;
    }
    return {symbols, version, "NCCL " + version_text(version) + " (" + utf8_of(file) + ")"};
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
int library_version() { return found().version; }

}  // namespace sidestep::nccl
