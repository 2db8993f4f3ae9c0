#include "core/path_text.h"

#include "core/mapped_file.h"
#include "core/new_file.h"
#include "core/safetensors.h"
#include "core/system_error.h"
#include "testing/temporary_folder.h"
#include "testing/test.h"

namespace {

using namespace sidestep;

/// Latin, Greek, Japanese, a pair of surrogates in UTF-16: no code page has them all.
const std::string kName = "\xC3\xBC \xCE\xB1 \xE9\x9F\xB3\xE6\xA5\xBD \xF0\x9F\x8E\xB5";

TEST("path text: names in any script come back as they went") {
  EXPECT(utf8_of(path_from_utf8(kName)) == kName);
  EXPECT(path_from_utf8("").empty() && utf8_of({}).empty());
}

TEST("path text: a file is written, found and named in any script") {
  const testing::TemporaryFolder folder;
  const std::filesystem::path inside = path_from_utf8(utf8_of(folder.path) + "/" + kName);
  make_folder(inside);
  NewFile file(inside / path_from_utf8(kName + ".bin"));
  file.write("abc", 3);
  file.publish();
  EXPECT(map_file(path_from_utf8(utf8_of(inside) + "/" + kName + ".bin")).bytes.size() == 3);
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(inside))
    found += utf8_of(entry.path().filename()) == kName + ".bin";
  EXPECT(found == 1);
}

TEST("path text: what is said of a file has its name in UTF-8") {
  const testing::TemporaryFolder folder;
  const std::filesystem::path missing = folder.path / path_from_utf8(kName + ".safetensors");
  std::string message, path;
  try {
    const SafetensorsFile file(missing);
  } catch (const SystemError& error) {
    message = error.message();
    path = error.refusal().path;
  }
  EXPECT(message.find(kName) != std::string::npos && path.ends_with(kName + ".safetensors"));
}

}  // namespace
