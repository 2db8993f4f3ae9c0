#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

// How a system opens, maps and replaces files. posix/file.cpp or windows/file.cpp is built, never both. What a system refuses
// leaves its reason in `errno`, with the numbers of <cerrno> everywhere; who calls has the words. Paths may be as long as the
// disk allows, which std::filesystem does not reach on Windows.
namespace sidestep::platform {

enum class FileKind : uint8_t { regular, other };

struct WholeFile {
  FileKind kind;
  size_t bytes;
  std::shared_ptr<const void>
      memory;           ///< read-only, paged in on demand; null where there is nothing to map: no bytes, a folder, a pipe
  const char* refused;  ///< the call that was refused, or null
};
WholeFile map_whole(const std::filesystem::path& path);

/// Made or emptied, for writing only, not inherited by child processes. -1: refused.
int create_file(const std::filesystem::path& path);
/// How many bytes were taken, fewer than asked for at times. -1: refused.
int64_t write_some(int file, const void* data, size_t bytes);
/// On the disk when it returns. -1: refused.
int sync_file(int file);
int close_file(int file);
void remove_file(const std::filesystem::path& path) noexcept;

/// Gives a file the name of another, which is replaced whole. A file that another program has open for a moment (a virus scanner,
/// an indexer) is waited for where that is in the way; what this process has mapped is not replaced on Windows. -1: refused.
int replace_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes the names in a folder last.
void sync_folder(const std::filesystem::path& folder);

/// Makes a folder and those above it; one that is there is well. -1: refused.
int make_folders(const std::filesystem::path& folder);

/// Both throw std::filesystem::filesystem_error when a folder on the way may not be entered.
bool exists(const std::filesystem::path& path);
bool is_folder(const std::filesystem::path& path);

}  // namespace sidestep::platform
