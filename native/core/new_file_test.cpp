#include "core/new_file.h"

#include <cerrno>
#include <fstream>
#include <functional>
#include <string>

#include "core/path_text.h"
#include "core/system_error.h"
#include "testing/temporary_folder.h"
#include "testing/test.h"

namespace {

using namespace sidestep;
namespace fs = std::filesystem;

using Folder = testing::TemporaryFolder;

/// What the system refused, and nothing of the file is left behind.
void expect_refusal(int number, const fs::path& path, const std::function<void()>& act) {
  try {
    act();
    EXPECT(false);
  } catch (const SystemError& error) {
    EXPECT(error.code() == "native/file-unwritable" && error.message().find(utf8_of(path)) != std::string::npos);
    EXPECT(error.refusal().number == number && error.refusal().path == utf8_of(path));
    std::error_code unnameable;
    EXPECT(!fs::exists(path, unnameable));
  }
}

void save(const fs::path& path, size_t bytes) {
  const std::string text(bytes, 'x');
  NewFile file(path);
  file.write(text.data(), text.size());
  file.publish();
}

TEST("new file: whole under its name, or not there") {
  const Folder folder;
  save(folder.path / "a", 1000);
  EXPECT(fs::file_size(folder.path / "a") == 1000);
  { NewFile unfinished(folder.path / "b"); }
  EXPECT(std::distance(fs::directory_iterator(folder.path), {}) == 1);
}

TEST("new file: the system's reason travels with the error") {
  const Folder folder;
  save(folder.path / "file", 1);
  expect_refusal(ENOENT, folder.path / "none" / "a", [&] { save(folder.path / "none" / "a", 1); });
  try {
    make_folder(folder.path / "file" / "a");
    EXPECT(false);
  } catch (const SystemError& error) {
    EXPECT(error.refusal().number == ENOTDIR);
  }
}

}  // namespace
