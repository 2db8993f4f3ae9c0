#pragma once
#include <filesystem>
#include <string>
#include <string_view>

// Shared libraries that are opened at run time.
namespace sidestep::platform {

/// Stays open until the process ends. `why` says what the system has against it; `handle` is null then. A name without a folder
/// is looked for where the system looks.
struct OpenedLibrary {
  void* handle;
  std::string why;
};
OpenedLibrary open_library(const std::filesystem::path& file);

/// Null when the library has no such symbol.
void* symbol_of(void* library, const char* name);

/// Whether the library has the symbol, which is then `function`.
template <typename Function>
bool resolve(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(symbol_of(library, name));
  return function != nullptr;
}

/// The program or shared object that holds this address; empty when the system cannot say.
std::filesystem::path file_holding(const void* address);

/// `sidestep_cuda` is `sidestep_cuda.so` or `sidestep_cuda.dll`.
std::string module_file(std::string_view stem);

}  // namespace sidestep::platform
