// What Windows refuses where others do not, and how long names are.
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "core/mapped_file.h"
#include "core/new_file.h"
#include "core/platform/file.h"
#include "core/platform/windows/system.h"
#include "core/system_error.h"
#include "testing/temporary_folder.h"
#include "testing/test.h"

namespace {

using namespace sidestep;
namespace fs = std::filesystem;

/// 0: it was written.
int refusal_of(const fs::path& path, size_t bytes) {
  const std::string text(bytes, 'x');
  try {
    NewFile file(path);
    file.write(text.data(), text.size());
    file.publish();
  } catch (const SystemError& error) {
    return error.refusal().number;
  }
  return 0;
}

TEST("new file: what is mapped is not replaced, and stays what it was") {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path / "a.bin";
  EXPECT(refusal_of(path, 3) == 0);
  {
    const MappedFile mapped = map_file(path);
    const int refusal = refusal_of(path, 5);
    EXPECT(refusal == EACCES || refusal == EBUSY);
    EXPECT(mapped.bytes.size() == 3 && mapped.bytes[2] == std::byte{'x'});
  }
  EXPECT(std::distance(fs::directory_iterator(folder.path), {}) == 1);
  EXPECT(refusal_of(path, 5) == 0 && map_file(path).bytes.size() == 5);
}

TEST("new file: one that another program has open for a moment is replaced when it is free") {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path / "a.bin";
  EXPECT(refusal_of(path, 3) == 0);
  HANDLE scanner = ::CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr);
  EXPECT(scanner != INVALID_HANDLE_VALUE);
  std::thread closes([scanner] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ::CloseHandle(scanner);
  });
  const int refusal = refusal_of(path, 5);
  closes.join();
  EXPECT(refusal == 0 && map_file(path).bytes.size() == 5);
}

/// A folder beyond what std::filesystem reaches, and so removed by hand.
struct DeepFolder {
  testing::TemporaryFolder top;
  fs::path path = top.path;

  DeepFolder() {
    for (int i = 0; i < 8; ++i) path /= u8"\u00fcber \u97f3\u697d " + std::u8string(40, 'n');
  }
  ~DeepFolder() {
    platform::remove_file(path / "a.bin");
    for (fs::path at = path; at != top.path; at = at.parent_path()) ::RemoveDirectoryW(platform::reachable(at).c_str());
  }
  DeepFolder(const DeepFolder&) = delete;
  DeepFolder& operator=(const DeepFolder&) = delete;
};

TEST("new file: folders and files far beyond 260 characters, in any script") {
  const DeepFolder deep;
  EXPECT(deep.path.native().size() > 300 && !platform::exists(deep.path));
  make_folder(deep.path);
  make_folder(deep.path);
  EXPECT(platform::exists(deep.path) && refusal_of(deep.path / "a.bin", 3) == 0);
  EXPECT(map_file(deep.path / "a.bin").bytes.size() == 3);
  EXPECT(refusal_of(deep.path / "a.bin", 5) == 0);
}

}  // namespace
