// Refusals that only these systems can be brought to.
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>

#include "core/mapped_file.h"
#include "core/new_file.h"
#include "core/path_text.h"
#include "core/system_error.h"
#include "core/text_file.h"
#include "testing/temporary_folder.h"
#include "testing/test.h"

namespace {

using namespace sidestep;
namespace fs = std::filesystem;

int refusal_of(const fs::path& path, size_t bytes) {
  const std::string text(bytes, 'x');
  try {
    NewFile file(path);
    file.write(text.data(), text.size());
    file.publish();
  } catch (const SystemError& error) {
    EXPECT(error.code() == "native/file-unwritable" && error.refusal().path == utf8_of(path));
    return error.refusal().number;
  }
  return 0;
}

TEST("new file: a write that fails half-way leaves nothing") {
  const testing::TemporaryFolder folder;
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 4096, .rlim_max = before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const int refusal = refusal_of(folder.path / "a", 100'000);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT(refusal == EFBIG && fs::is_empty(folder.path));
}

TEST("new file: a name that is too long is said to be that") {
  const testing::TemporaryFolder folder;
  EXPECT(refusal_of(folder.path / std::string(300, 'n'), 1) == ENAMETOOLONG && fs::is_empty(folder.path));
}

TEST("text file: a pipe is refused, not waited for") {
  const testing::TemporaryFolder folder;
  ::mkfifo((folder.path / "pipe").c_str(), 0600);
  EXPECT_ERROR(read_text_file(folder.path / "pipe"), "native/file-unreadable");
}

TEST("mapped file: a file being replaced stays readable through its mapping") {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path / "a.txt";
  EXPECT(refusal_of(path, 3) == 0);
  const MappedFile before = map_file(path);
  EXPECT(refusal_of(path, 5) == 0);
  EXPECT(before.bytes.size() == 3 && before.bytes[2] == std::byte{'x'} && map_file(path).bytes.size() == 5);
}

}  // namespace
