#include "core/text_file.h"

#include <string_view>

#include "core/error.h"
#include "core/mapped_file.h"
#include "core/path_text.h"

namespace sidestep {

namespace {

enum class ByteOrder { little, big };

std::string utf8_of_utf16(std::string_view bytes, ByteOrder order, const std::filesystem::path& path) {
  const auto damaged = [&] {
    throw Error("native/text-invalid", utf8_of(path) + " is damaged UTF-16", "Save it as UTF-8 text.");
  };
  const auto unit = [&](size_t at) -> uint32_t {
    if (at + 2 > bytes.size()) damaged();
    const auto first = static_cast<unsigned char>(bytes[at]), second = static_cast<unsigned char>(bytes[at + 1]);
    return order == ByteOrder::little ? first | second << 8U : first << 8U | second;
  };
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += 2) {
    const uint32_t high = unit(at);
    if (high < 0xD800 || high > 0xDFFF) {
      append_utf8(out, high);
      continue;
    }
    at += 2;
    const uint32_t low = high > 0xDBFF ? 0 : unit(at);
    if (low < 0xDC00 || low > 0xDFFF) damaged();
    append_utf8(out, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
  }
  return out;
}

}  // namespace

std::string read_text_file(const std::filesystem::path& path) {
  const MappedFile file = map_file(path);
  const std::string_view bytes(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size());
  if (bytes.starts_with("\xEF\xBB\xBF")) return std::string(bytes.substr(3));
  if (bytes.starts_with("\xFF\xFE")) return utf8_of_utf16(bytes.substr(2), ByteOrder::little, path);
  if (bytes.starts_with("\xFE\xFF")) return utf8_of_utf16(bytes.substr(2), ByteOrder::big, path);
  return std::string(bytes);
}

Json read_json_file(const std::filesystem::path& path) { return parse_python_json(read_text_file(path), utf8_of(path)); }

void append_utf8(std::string& out, uint32_t c) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3f)); };
  if (c < 0x80)
    out += static_cast<char>(c);
  else if (c < 0x800)
    out += static_cast<char>(0xc0 | (c >> 6)), tail(0);
  else if (c < 0x10000)
    out += static_cast<char>(0xe0 | (c >> 12)), tail(6), tail(0);
  else
    out += static_cast<char>(0xf0 | (c >> 18)), tail(12), tail(6), tail(0);
}

}  // namespace sidestep
