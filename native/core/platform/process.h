#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// This process and what surrounds it.
namespace sidestep::platform {

int process_id();

/// The words of the command line in UTF-8, without the program: `argv` on Windows has lost what its code page lacks.
std::vector<std::string> command_line(int argc, const char* const* argv);

/// From now on the system ends this process when its parent ends, however that ends: a worker inside a long call cannot notice by
/// itself.
void end_with_parent();

/// The most memory this process had at once, in bytes.
double peak_resident_bytes();

/// A variable that names a file or folder; nothing when it is not set. Set but empty is an empty path.
std::optional<std::filesystem::path> path_variable(const char* name);

/// Where programs keep what they can make again; nothing when the system names no such place.
std::optional<std::filesystem::path> user_cache_folder();

}  // namespace sidestep::platform
