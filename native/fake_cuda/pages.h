#pragma once
#include <cstddef>

namespace sidestep::fake_cuda {

/// The same pages at two addresses: one that nothing may be read from or written to, one where the bytes are. Both null when the
/// system has no more.
struct TwicePages {
  std::byte* given;
  std::byte* seen;
};
TwicePages map_twice(size_t bytes);
void unmap_twice(const TwicePages& pages, size_t bytes) noexcept;

size_t page_bytes();

}  // namespace sidestep::fake_cuda
