#include "core/platform/process.h"
#include "core/platform/windows/system.h"

#include <shellapi.h>  // after windows.h

#include <array>

namespace sidestep::platform {
namespace {

std::string utf8_of_wide(std::wstring_view wide) {
  const auto units = static_cast<int>(wide.size());
  std::string text(wide.size() * 3, '\0');  // the most that a unit of UTF-16 takes
  if (!wide.empty())
    text.resize(
        ::WideCharToMultiByte(CP_UTF8, 0, wide.data(), units, text.data(), static_cast<int>(text.size()), nullptr, nullptr));
  return text;
}

}  // namespace

std::string words_of(DWORD error) {
  constexpr DWORD kHow = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK;
  std::array<wchar_t, 1024> text{};
  DWORD size = ::FormatMessageW(kHow, nullptr, error, 0, text.data(), static_cast<DWORD>(text.size()), nullptr);
  while (size > 0 && (text[size - 1] == L' ' || text[size - 1] == L'.')) --size;
  return size == 0 ? "error " + std::to_string(error) + " of Windows" : utf8_of_wide({text.data(), size});
}

std::vector<std::string> command_line(int, const char* const*) {
  int count = 0;
  LPWSTR* words = ::CommandLineToArgvW(::GetCommandLineW(), &count);
  std::vector<std::string> out;
  for (int i = 1; i < count; ++i) out.push_back(utf8_of_wide(words[i]));
  ::LocalFree(words);
  return out;
}

}  // namespace sidestep::platform
