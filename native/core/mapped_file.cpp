#include "core/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/system_error.h"

namespace sidestep {
namespace {

[[noreturn]] void unreadable(const std::filesystem::path& path, const std::string& reason) {
  throw Error("native/file-unreadable", "Could not read " + path.string() + ": " + reason, "Fetch or make this file again.");
}

[[noreturn]] void refused(const std::filesystem::path& path, const char* call, int reason) {
  throw SystemError({"native/file-unreadable", "Could not read " + path.string() + ": " + std::strerror(reason)},
                    {.number = reason, .call = call, .path = path.string()});
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

MappedFile map_file(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};  // a pipe is refused, not waited for
  if (file.fd < 0) refused(path, "open", errno);
  struct stat info {};
  if (::fstat(file.fd, &info) != 0) refused(path, "stat", errno);
  if (!S_ISREG(info.st_mode)) unreadable(path, "it is not a regular file");
  if (info.st_size == 0) unreadable(path, "it is empty");
  const auto size = static_cast<size_t>(info.st_size);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (memory == MAP_FAILED) refused(path, "mmap", errno);
  std::shared_ptr<const void> owner(memory, [size](const void* p) { ::munmap(const_cast<void*>(p), size); });
  return {std::move(owner), {static_cast<const std::byte*>(memory), size}};
}

}  // namespace sidestep
