#include "core/platform/file.h"

#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "core/platform/windows/system.h"

namespace sidestep::platform {
namespace fs = std::filesystem;

namespace {

constexpr size_t kLongestPlain = 240;  // 260 without the terminator, and room for what is appended to a folder's name
constexpr DWORD kEveryShare = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

/// Somebody has the file open, or it was removed and is not gone yet: passes, unless it is ourselves.
bool may_pass(DWORD error) {
  return error == ERROR_ACCESS_DENIED || error == ERROR_SHARING_VIOLATION || error == ERROR_LOCK_VIOLATION ||
         error == ERROR_USER_MAPPED_FILE;
}

WholeFile refused(const char* call) {
  errno = errno_of_last_error();
  return {.refused = call};
}

WholeFile refused_folder(const char* call, const fs::path& path) {
  const WholeFile file = refused(call);
  if (is_folder(path)) return {.kind = FileKind::other};  // Windows only says that access is denied
  return file;
}

}  // namespace

fs::path reachable(const fs::path& path) {
  std::error_code unknown;
  fs::path whole = fs::absolute(path, unknown).lexically_normal().make_preferred();
  if (unknown || whole.native().size() < kLongestPlain || whole.native().starts_with(L"\\\\")) return path;
  return fs::path(L"\\\\?\\" + whole.native());
}

int errno_of_last_error() {
  const DWORD error = ::GetLastError();
  if (error == ERROR_USER_MAPPED_FILE) return EBUSY;
  const std::error_condition condition =
      std::error_code(static_cast<int>(error), std::system_category()).default_error_condition();
  return condition.category() == std::generic_category() ? condition.value() : EIO;
}

WholeFile map_whole(const fs::path& path) {
  const fs::path name = reachable(path);
  const Handle file{
      ::CreateFileW(name.c_str(), GENERIC_READ, kEveryShare, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr)};
  if (!file) return refused_folder("open", name);
  if (::GetFileType(file.value) != FILE_TYPE_DISK) return {.kind = FileKind::other};
  LARGE_INTEGER size{};
  if (::GetFileSizeEx(file.value, &size) == 0) return refused("stat");
  const auto bytes = static_cast<size_t>(size.QuadPart);
  if (bytes == 0) return {.kind = FileKind::regular};
  const Handle section{::CreateFileMappingW(file.value, nullptr, PAGE_READONLY, 0, 0, nullptr)};
  if (!section) return refused("mmap");
  const void* memory = ::MapViewOfFile(section.value, FILE_MAP_READ, 0, 0, 0);
  if (memory == nullptr) return refused("mmap");
  return {FileKind::regular, bytes, {memory, [](const void* p) { ::UnmapViewOfFile(p); }}, nullptr};
}

int create_file(const fs::path& path) {
  return ::_wopen(reachable(path).c_str(), _O_WRONLY | _O_CREAT | _O_TRUNC | _O_BINARY | _O_NOINHERIT, _S_IREAD | _S_IWRITE);
}

int64_t write_some(int file, const void* data, size_t bytes) {
  return ::_write(file, data, static_cast<unsigned>(std::min(bytes, size_t{1} << 30)));
}

int sync_file(int file) { return ::_commit(file); }
int close_file(int file) { return ::_close(file); }
void remove_file(const fs::path& path) noexcept { ::_wunlink(reachable(path).c_str()); }

int replace_file(const fs::path& from, const fs::path& to) {
  const fs::path source = reachable(from), target = reachable(to);
  for (DWORD pause = 1;; pause *= 2) {
    if (::MoveFileExW(source.c_str(), target.c_str(), MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != 0) return 0;
    if (!may_pass(::GetLastError()) || pause > 1024) break;  // after two seconds
    ::Sleep(pause);
  }
  errno = errno_of_last_error();
  return -1;
}

void sync_folder(const fs::path&) {}  // Windows opens no folders for writing, and its journal keeps names in order

int make_folders(const fs::path& folder) {
  const fs::path name = reachable(folder);
  if (is_folder(folder) || ::CreateDirectoryW(name.c_str(), nullptr) != 0) return 0;
  const fs::path above = folder.parent_path();
  if (::GetLastError() == ERROR_PATH_NOT_FOUND && !above.empty() && above != folder) {
    if (platform::exists(above) && !is_folder(above)) return errno = ENOTDIR, -1;
    if (make_folders(above) != 0) return -1;
    if (::CreateDirectoryW(name.c_str(), nullptr) != 0) return 0;
  }
  if (is_folder(folder)) return 0;  // another process was first
  errno = errno_of_last_error();
  return -1;
}

bool exists(const fs::path& path) { return ::GetFileAttributesW(reachable(path).c_str()) != INVALID_FILE_ATTRIBUTES; }

bool is_folder(const fs::path& path) {
  const DWORD attributes = ::GetFileAttributesW(reachable(path).c_str());
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

}  // namespace sidestep::platform
