#include "training/nccl.h"

#include <filesystem>
#include <optional>
#include <vector>

#include "core/platform/library.h"
#include "core/platform/process.h"
#include "ops/library_choice.h"
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

bool takes_symbols(void* opened, Library& it) {
  using platform::resolve;
  return resolve(opened, "ncclGetVersion", it.version) && resolve(opened, "ncclGetUniqueId", it.unique_id) &&
         resolve(opened, "ncclCommInitRankConfig", it.join) && resolve(opened, "ncclCommGetAsyncError", it.state) &&
         resolve(opened, "ncclCommFinalize", it.finalize) && resolve(opened, "ncclCommDestroy", it.destroy) &&
         resolve(opened, "ncclCommAbort", it.abort) && resolve(opened, "ncclGroupStart", it.group_start) &&
         resolve(opened, "ncclGroupEnd", it.group_end) && resolve(opened, "ncclSend", it.send) &&
         resolve(opened, "ncclRecv", it.receive) && resolve(opened, "ncclBroadcast", it.broadcast) &&
         resolve(opened, "ncclGetErrorString", it.text) && resolve(opened, "ncclGetLastError", it.last_error);
}

std::string version_text(int version) {
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." + std::to_string(version % 100);
}

/// Empty: it serves, and `it` and its `version` are known.
std::string fault_of(void* opened, Library& it, int& version) {
  if (!takes_symbols(opened, it)) return "lacks functions that 2.14 and newer have";
  if (it.version(&version) != Result::success) return "does not say its version";
  return version < kOldest ? "was found too old, 2.14 or newer is needed" : "";
}

struct Found {
  std::optional<Library> library;
  int version;
  std::string origin;
};

Found find() {
  Library it{};
  int version = 0;
  const LibraryChoice choice = choose_library(candidates(), platform::path_variable("SIDESTEP_NCCL").has_value(),
                                              [&](void* opened) { return fault_of(opened, it, version); });
  if (choice.handle == nullptr) return {std::nullopt, 0, "NCCL " + choice.words};
  return {it, version, "NCCL " + version_text(version) + " (" + choice.words + ")"};
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
