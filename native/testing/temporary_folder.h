#pragma once
#include <filesystem>
#include <string>

#include "core/platform/process.h"

namespace sidestep::testing {

/// A folder of a test's own, removed with all that is in it when the test is over.
struct TemporaryFolder {
  TemporaryFolder() {
    static int serial = 0;
    const std::string stem = "sidestep-" + std::to_string(platform::process_id()) + "-";
    do path = std::filesystem::temp_directory_path() / (stem + std::to_string(serial++));
    while (!std::filesystem::create_directory(path));  // false: a dead process of this number left one
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path path;
};

}  // namespace sidestep::testing
