#include "core/platform/library.h"

#include "core/path_text.h"
#include "core/platform/windows/system.h"

namespace sidestep::platform {

OpenedLibrary open_library(const std::filesystem::path& file) {
  // What a library needs is looked for beside it first; a bare name on PATH, as NVIDIA's installer expects.
  const DWORD places = file.is_absolute() ? LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS : 0;
  HMODULE handle = ::LoadLibraryExW(file.c_str(), nullptr, places);
  if (handle != nullptr) return {reinterpret_cast<void*>(handle), {}};
  return {nullptr, utf8_of(file) + ": " + words_of(::GetLastError())};
}

void* symbol_of(void* library, const char* name) {
  return reinterpret_cast<void*>(::GetProcAddress(static_cast<HMODULE>(library), name));
}

std::filesystem::path file_holding(const void* address) {
  HMODULE module = nullptr;
  if (::GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                           static_cast<LPCWSTR>(address), &module) == 0)
    return {};
  std::wstring name(32768, L'\0');  // the longest there is
  name.resize(::GetModuleFileNameW(module, name.data(), static_cast<DWORD>(name.size())));
  return name;
}

std::string module_file(std::string_view stem) { return std::string(stem) + ".dll"; }

}  // namespace sidestep::platform
