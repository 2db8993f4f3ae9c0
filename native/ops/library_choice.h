#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace sidestep {

/// A library that was looked for.
struct LibraryChoice {
  void* handle;       ///< of the one that serves; null: none does
  std::string words;  ///< its file; else why none serves, after the library's name: "was not found", "cannot be opened (…)"
};

/// Opens `files` in their order, up to the first that serves. `fault` says of an opened one what it lacks, after the library's
/// name
/// ("lacks functions that are needed"); empty: it serves. A file that is there and does not serve is another matter than none, so
/// the first such is explained; one that was `named` by the user is taken as there, whatever the system says of it. Empty names
/// are left out.
LibraryChoice choose_library(const std::vector<std::filesystem::path>& files, bool named,
                             const std::function<std::string(void* opened)>& fault);

}  // namespace sidestep
