#include "core/platform/process.h"

#include <unistd.h>

#include <cstdlib>

namespace sidestep::platform {

int process_id() { return ::getpid(); }

std::vector<std::string> command_line(int argc, const char* const* argv) { return {argv + 1, argv + argc}; }

std::optional<std::filesystem::path> path_variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::filesystem::path>(value);
}

std::optional<std::filesystem::path> user_cache_folder() {
  if (const auto cache = path_variable("XDG_CACHE_HOME"); cache && !cache->empty()) return cache;
  if (const auto home = path_variable("HOME"); home && !home->empty()) return *home / ".cache";
  return std::nullopt;
}

}  // namespace sidestep::platform
