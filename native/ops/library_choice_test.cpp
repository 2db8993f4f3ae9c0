#include "ops/library_choice.h"

#include <fstream>

#include "core/path_text.h"
#include "core/platform/library.h"
#include "testing/temporary_folder.h"
#include "testing/test.h"

namespace {

using namespace sidestep;
namespace fs = std::filesystem;

/// A library that opens: the fake cards, which lie beside this program.
fs::path opens() {
  return platform::file_holding(reinterpret_cast<const void*>(&opens)).parent_path() /
         platform::module_file("sidestep_fake_cuda");
}

/// A program with musl inside opens none.
bool can_open() { return platform::open_library(opens()).handle != nullptr; }

/// Files of these names beside it are no libraries.
struct Broken : testing::TemporaryFolder {
  fs::path file(const char* name) const {
    std::ofstream(path / name) << "no library";
    return path / name;
  }
};

bool is_unopened(const LibraryChoice& choice, const fs::path& file) {
  return choice.words.starts_with("cannot be opened (") && choice.words.find(utf8_of(file)) != std::string::npos;
}

std::string no_fault(void*) { return {}; }
std::string lacks_all(void* opened) {
  return platform::symbol_of(opened, "cublasLtCreate") == nullptr ? "lacks functions that are needed" : "";
}

TEST("library choice: the first that serves is taken, whatever stood before it") {
  if (!can_open()) return;
  const Broken broken;
  const LibraryChoice choice = choose_library({broken.path / "absent", broken.file("broken"), "", opens()}, false, &no_fault);
  EXPECT(choice.handle != nullptr);
  EXPECT(choice.words == utf8_of(opens()));
}

TEST("library choice: of files that are nowhere nothing is said but that") {
  const Broken broken;
  for (const std::vector<fs::path>& files :
       {std::vector<fs::path>{}, {""}, {broken.path / "absent", "libsidestep_that_is_nowhere.so.1"}}) {
    const LibraryChoice choice = choose_library(files, false, &no_fault);
    EXPECT(choice.handle == nullptr && choice.words == "was not found");
  }
}

TEST("library choice: the first that is there and does not serve is named, with the reason") {
  const Broken broken;
  const fs::path file = broken.file("first");
  const LibraryChoice unreadable = choose_library({broken.path / "absent", file, opens()}, false, &lacks_all);
  EXPECT(unreadable.handle == nullptr);
  EXPECT(is_unopened(unreadable, file));
  if (!can_open()) return;
  const LibraryChoice foreign = choose_library({opens(), file}, false, &lacks_all);
  EXPECT(foreign.handle == nullptr);
  EXPECT(foreign.words == "lacks functions that are needed (" + utf8_of(opens()) + ")");
}

TEST("library choice: a file that the user named is missed where it is not there") {
  const Broken broken;
  const fs::path absent = broken.path / "absent";
  EXPECT(is_unopened(choose_library({absent}, true, &no_fault), absent));
  EXPECT(choose_library({""}, true, &no_fault).words == "was not found");  // "" turns the search off
}

}  // namespace
