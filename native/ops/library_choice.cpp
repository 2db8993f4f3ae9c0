#include "ops/library_choice.h"

#include "core/path_text.h"
#include "core/platform/library.h"

namespace sidestep {

namespace fs = std::filesystem;

namespace {

/// Most systems name the file themselves.
std::string with_file(const std::string& why, const fs::path& file) {
  const std::string name = utf8_of(file);
  return why.find(name) == std::string::npos ? name + ": " + why : why;
}

}  // namespace

LibraryChoice choose_library(const std::vector<fs::path>& files, bool named, const std::function<std::string(void*)>& fault) {
  std::string why;
  for (const fs::path& file : files) {
    if (file.empty()) continue;
    const platform::OpenedLibrary opened = platform::open_library(file);
    const std::string lack = opened.handle == nullptr ? "" : fault(opened.handle);
    if (opened.handle != nullptr && lack.empty()) return {opened.handle, utf8_of(file)};
    std::error_code error;
    const bool is_there = opened.handle != nullptr || named || (file.has_parent_path() && fs::exists(file, error));
    if (!is_there || !why.empty()) continue;
    why = opened.handle == nullptr ? "cannot be opened (" + with_file(opened.why, file) + ")" : lack + " (" + utf8_of(file) + ")";
  }
  return {nullptr, why.empty() ? "was not found" : why};
}

}  // namespace sidestep
