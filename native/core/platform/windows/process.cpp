#include "core/platform/process.h"

#include "core/platform/windows/system.h"

#include <psapi.h>  // after windows.h

#include <string>

namespace sidestep::platform {

int process_id() { return static_cast<int>(::GetCurrentProcessId()); }

double peak_resident_bytes() {
  PROCESS_MEMORY_COUNTERS counters{};
  ::GetProcessMemoryInfo(::GetCurrentProcess(), &counters, sizeof counters);
  return static_cast<double>(counters.PeakWorkingSetSize);
}

std::optional<std::filesystem::path> path_variable(const char* name) {
  const std::wstring wide(name, name + std::char_traits<char>::length(name));  // names of variables are ASCII
  std::wstring value(32768, L'\0');
  ::SetLastError(ERROR_SUCCESS);
  value.resize(::GetEnvironmentVariableW(wide.c_str(), value.data(), static_cast<DWORD>(value.size())));
  if (value.empty() && ::GetLastError() == ERROR_ENVVAR_NOT_FOUND) return std::nullopt;
  return value;
}

std::optional<std::filesystem::path> user_cache_folder() {
  const auto local = path_variable("LOCALAPPDATA");
  return local && !local->empty() ? local : std::nullopt;
}

}  // namespace sidestep::platform
