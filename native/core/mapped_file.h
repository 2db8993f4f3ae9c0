#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace sidestep {

/// A file's bytes in memory, read-only, paged in on demand; unmapped with the last owner.
struct MappedFile {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
};

/// Throws native/file-unreadable with the system's reason; a folder or an empty file is unreadable too.
MappedFile map_file(const std::filesystem::path& path);

}  // namespace sidestep
