#include "core/mapped_file.h"

#include <cerrno>
#include <cstring>

#include "core/path_text.h"
#include "core/platform/file.h"
#include "core/system_error.h"

namespace sidestep {
namespace {

[[noreturn]] void unreadable(const std::filesystem::path& path, const std::string& reason) {
  throw Error("native/file-unreadable", "Could not read " + utf8_of(path) + ": " + reason, "Fetch or make this file again.");
}

[[noreturn]] void refused(const std::filesystem::path& path, const char* call, int reason) {
  throw SystemError({"native/file-unreadable", "Could not read " + utf8_of(path) + ": " + std::strerror(reason)},
                    {.number = reason, .call = call, .path = utf8_of(path)});
}

}  // namespace

MappedFile map_file(const std::filesystem::path& path) {
  platform::WholeFile file = platform::map_whole(path);
  if (file.refused != nullptr) refused(path, file.refused, errno);
  if (file.kind != platform::FileKind::regular) unreadable(path, "it is not a regular file");
  if (file.bytes == 0) unreadable(path, "it is empty");
  const auto* bytes = static_cast<const std::byte*>(file.memory.get());
  return {std::move(file.memory), {bytes, file.bytes}};
}

}  // namespace sidestep
