#include "core/platform/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace sidestep::platform {
namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    const int reason = errno;  // of the call that brought us here
    if (fd >= 0) ::close(fd);
    errno = reason;
  }
};

/// On Apple's systems fsync leaves the bytes with the drive, which may still lose them; not every file system there offers more.
int sync_to_disk(int file) {
#if defined(F_FULLFSYNC)
  if (::fcntl(file, F_FULLFSYNC) == 0) return 0;
#endif
  return ::fsync(file);
}

}  // namespace

WholeFile map_whole(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};  // a pipe is refused, not waited for
  if (file.fd < 0) return {.refused = "open"};
  struct stat info {};
  if (::fstat(file.fd, &info) != 0) return {.refused = "stat"};
  const FileKind kind = S_ISREG(info.st_mode) ? FileKind::regular : FileKind::other;
  const auto size = static_cast<size_t>(info.st_size);
  if (kind == FileKind::other || size == 0) return {.kind = kind, .bytes = size};
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (memory == MAP_FAILED) return {.refused = "mmap"};
  return {kind, size, {memory, [size](const void* p) { ::munmap(const_cast<void*>(p), size); }}, nullptr};
}

int create_file(const std::filesystem::path& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

int64_t write_some(int file, const void* data, size_t bytes) {
  ssize_t written;
  do written = ::write(file, data, bytes);
  while (written < 0 && errno == EINTR);
  return written;
}

int sync_file(int file) { return sync_to_disk(file); }
int close_file(int file) { return ::close(file); }
void remove_file(const std::filesystem::path& path) noexcept { ::unlink(path.c_str()); }

int replace_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  return std::rename(from.c_str(), to.c_str());
}

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.fd >= 0) sync_to_disk(directory.fd);
}

int make_folders(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  errno = failed.value();
  return failed ? -1 : 0;
}

bool exists(const std::filesystem::path& path) { return std::filesystem::exists(path); }
bool is_folder(const std::filesystem::path& path) { return std::filesystem::is_directory(path); }

}  // namespace sidestep::platform
