#pragma once
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

#include <filesystem>

namespace sidestep::platform {

/// The errno that means what Windows said last.
int errno_of_last_error();

/// A handle that closes itself; Windows says "none" in two ways.
struct Handle {
  HANDLE value;
  ~Handle() {
    if (*this) ::CloseHandle(value);
  }
  explicit operator bool() const { return value != nullptr && value != INVALID_HANDLE_VALUE; }
};

}  // namespace sidestep::platform
