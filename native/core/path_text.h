#pragma once
#include <filesystem>
#include <string>
#include <string_view>

// The engine's text is UTF-8 on every system, names of files as well. The conversions that std::filesystem does by itself follow
// the C locale on Windows and lose every letter that its code page lacks: a path is made from text, and text from a path, by
// these two.
namespace sidestep {

/// Throws std::filesystem::filesystem_error where text that is not UTF-8 names no file: on Windows.
inline std::filesystem::path path_from_utf8(std::string_view text) {
  return std::u8string_view(reinterpret_cast<const char8_t*>(text.data()), text.size());
}

inline std::string utf8_of(const std::filesystem::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

}  // namespace sidestep
