#include "core/platform/library.h"

#include <dlfcn.h>

#include "core/path_text.h"

namespace sidestep::platform {

OpenedLibrary open_library(const std::filesystem::path& file) {
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return {handle, {}};
  const char* why = ::dlerror();
  return {nullptr, why == nullptr ? utf8_of(file) + " cannot be loaded" : why};
}

void* symbol_of(void* library, const char* name) { return ::dlsym(library, name); }

std::filesystem::path file_holding(const void* address) {
  Dl_info info{};
  if (::dladdr(address, &info) == 0 || info.dli_fname == nullptr) return {};
  return info.dli_fname;
}

std::string module_file(std::string_view stem) { return std::string(stem) + ".so"; }

}  // namespace sidestep::platform
