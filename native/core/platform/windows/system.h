#pragma once
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX  // GCC's library defines it itself
#define NOMINMAX
#endif
#include <windows.h>

#include <filesystem>
#include <string>

namespace sidestep::platform {

/// A name under which Windows reaches a file however long it is. Not for std::filesystem, which takes the question mark for a
/// wildcard.
std::filesystem::path reachable(const std::filesystem::path& path);

/// The errno that means what Windows said last.
int errno_of_last_error();

/// What Windows says of an error, in the language of its user.
std::string words_of(DWORD error);

/// A handle that closes itself; Windows says "none" in two ways.
struct Handle {
  HANDLE value;
  ~Handle() {
    if (*this) ::CloseHandle(value);
  }
  explicit operator bool() const { return value != nullptr && value != INVALID_HANDLE_VALUE; }
};

}  // namespace sidestep::platform
