#include "fake_cuda/pages.h"

#include <cstdint>

#include "core/platform/windows/system.h"

namespace sidestep::fake_cuda {

TwicePages map_twice(size_t bytes) {
  const auto size = static_cast<uint64_t>(bytes);
  const platform::Handle section{::CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE,
                                                      static_cast<DWORD>(size >> 32), static_cast<DWORD>(size), nullptr)};
  if (!section) return {};
  const TwicePages pages{static_cast<std::byte*>(::MapViewOfFile(section.value, FILE_MAP_READ, 0, 0, bytes)),
                         static_cast<std::byte*>(::MapViewOfFile(section.value, FILE_MAP_WRITE, 0, 0, bytes))};
  DWORD before = 0;
  if (pages.given != nullptr && pages.seen != nullptr && ::VirtualProtect(pages.given, bytes, PAGE_NOACCESS, &before) != 0)
    return pages;
  unmap_twice(pages, bytes);
  return {};
}

void unmap_twice(const TwicePages& pages, size_t) noexcept {
  if (pages.given != nullptr) ::UnmapViewOfFile(pages.given);
  if (pages.seen != nullptr) ::UnmapViewOfFile(pages.seen);
}

size_t page_bytes() {
  SYSTEM_INFO info{};
  ::GetSystemInfo(&info);
  return info.dwPageSize;
}

}  // namespace sidestep::fake_cuda
