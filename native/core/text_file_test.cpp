#include "core/text_file.h"

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "core/path_text.h"
#include "core/system_error.h"
#include "testing/temporary_folder.h"
#include "testing/test.h"

namespace {

using namespace sidestep;
namespace fs = std::filesystem;

struct Folder : testing::TemporaryFolder {
  fs::path with(const std::string& bytes) const {
    std::ofstream(path / "config.json", std::ios::binary) << bytes;
    return path / "config.json";
  }
};

std::string utf16(const std::u16string& text, bool little) {
  std::string bytes;
  for (const char16_t unit : u"\uFEFF" + text) {
    const char low = static_cast<char>(unit & 0xff), high = static_cast<char>(unit >> 8);
    bytes += little ? std::string{low, high} : std::string{high, low};
  }
  return bytes;
}

TEST("text file: byte order marks and UTF-16 are read, as the TypeScript reader does") {
  const Folder folder;
  const std::string expected = "{\"\xc3\xa9\":\"\xf0\x9f\x8e\xb5\"}";
  EXPECT(read_json_file(folder.with(expected)).dump() == expected);
  EXPECT(read_json_file(folder.with("\xEF\xBB\xBF" + expected)).dump() == expected);
  for (const bool little : {true, false})
    EXPECT(read_json_file(folder.with(utf16(u"{\"\u00e9\":\r\n\"\U0001F3B5\"}", little))).dump() == expected);
  EXPECT(read_json_file(folder.with("{\"eps\": NaN, \"eps\": 1}")).at("eps").as_int() == 1);
}

TEST("text file: what cannot be read is said of the file") {
  const Folder folder;
  EXPECT_ERROR(read_text_file(folder.with("\xFF\xFE{")), "native/text-invalid");
  EXPECT_ERROR(read_text_file(folder.with(std::string("\xFF\xFE\x00\xD8{\x00", 6))), "native/text-invalid");
  EXPECT_ERROR(read_text_file(folder.with("")), "native/file-unreadable");
  EXPECT_ERROR(read_text_file(folder.path), "native/file-unreadable");
  try {
    read_text_file(folder.path / "none");
    EXPECT(false);
  } catch (const SystemError& error) {
    EXPECT(error.refusal().number == ENOENT && error.refusal().path == utf8_of(folder.path / "none"));
  }
}

}  // namespace
