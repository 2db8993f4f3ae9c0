#pragma once
#include <cstddef>
#include <filesystem>

namespace sidestep {

/// A file that appears under its name when it is whole: written aside, synced, renamed; removed unless it was published.
/// Everything throws native/disk-full or native/file-unwritable with what the system said.
class NewFile {
 public:
  explicit NewFile(const std::filesystem::path& target);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(const void* data, size_t bytes);
  /// At any instant there is the old file or the new one.
  void publish();

 private:
  [[noreturn]] void fail(const char* call) const;

  std::filesystem::path target_, temporary_;
  int fd_ = -1;
  bool published_ = false;
};

/// Makes a folder and those above it. Throws native/disk-full, native/file-unwritable.
void make_folder(const std::filesystem::path& folder);

}  // namespace sidestep
