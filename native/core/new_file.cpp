#include "core/new_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/path_text.h"
#include "core/platform/file.h"
#include "core/platform/process.h"
#include "core/system_error.h"

namespace sidestep {

namespace {

constexpr std::array kFull{
    ENOSPC,
#ifdef EDQUOT  // Windows has no number of its own for a quota
    EDQUOT,
#endif
};

[[noreturn]] void refused(const std::filesystem::path& path, const char* call, int reason) {
  const bool full = std::find(kFull.begin(), kFull.end(), reason) != kFull.end();
  throw SystemError({full ? "native/disk-full" : "native/file-unwritable",
                     std::string("Could not ") + call + " " + utf8_of(path) + ": " + std::strerror(reason),
                     full ? "Free some space or run `sidestep cache gc`, then run again."
                          : "Make the place writable, or choose another one, and run again."},
                    {.number = reason, .call = call, .path = utf8_of(path)});
}

}  // namespace

NewFile::NewFile(const std::filesystem::path& target) : target_(target), temporary_(target) {
  temporary_ += ".tmp-" + std::to_string(platform::process_id());
  fd_ = platform::create_file(temporary_);
  if (fd_ < 0) fail("create");
}

NewFile::~NewFile() {
  if (fd_ >= 0) platform::close_file(fd_);
  if (!published_) platform::remove_file(temporary_);
}

void NewFile::write(const void* data, size_t bytes) {
  const char* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const int64_t written = platform::write_some(fd_, at, std::min(bytes, size_t{1} << 30));
    if (written < 0) fail("write");
    at += written;
    bytes -= static_cast<size_t>(written);
  }
}

void NewFile::publish() {
  if (platform::sync_file(fd_) != 0) fail("fsync");
  const int closed = platform::close_file(fd_);
  fd_ = -1;
  if (closed != 0) fail("close");
  if (platform::replace_file(temporary_, target_) != 0) fail("rename");
  published_ = true;
  platform::sync_folder(target_.has_parent_path() ? target_.parent_path() : ".");
}

void NewFile::fail(const char* call) const { refused(target_, call, errno); }

void make_folder(const std::filesystem::path& folder) {
  if (platform::make_folders(folder) != 0) refused(folder, "mkdir", errno);
}

}  // namespace sidestep
