#include "core/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/system_error.h"

namespace sidestep {

namespace {

[[noreturn]] void refused(const std::filesystem::path& path, const char* call, int reason) {
  const bool full = reason == ENOSPC || reason == EDQUOT;
  throw SystemError({full ? "native/disk-full" : "native/file-unwritable",
                     std::string("Could not ") + call + " " + path.string() + ": " + std::strerror(reason),
                     full ? "Free some space or run `sidestep cache gc`, then run again."
                          : "Make the place writable, or choose another one, and run again."},
                    {.number = reason, .call = call, .path = path.string()});
}

}  // namespace

NewFile::NewFile(const std::filesystem::path& target)
    : target_(target), temporary_(target.string() + ".tmp-" + std::to_string(::getpid())) {
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) fail("create");
}

NewFile::~NewFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!published_) ::unlink(temporary_.c_str());
}

void NewFile::write(const void* data, size_t bytes) {
  const char* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = ::write(fd_, at, std::min(bytes, size_t{1} << 30));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write");
    at += written;
    bytes -= static_cast<size_t>(written);
  }
}

void NewFile::publish() {
  if (::fsync(fd_) != 0) fail("fsync");
  const int closed = ::close(fd_);
  fd_ = -1;
  if (closed != 0) fail("close");
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail("rename");
  published_ = true;
  const std::filesystem::path folder = target_.has_parent_path() ? target_.parent_path() : ".";
  if (const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
}

void NewFile::fail(const char* call) const { refused(target_, call, errno); }

void make_folder(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) refused(folder, "mkdir", failed.value());
}

}  // namespace sidestep
