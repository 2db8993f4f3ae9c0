#include "fake_cuda/pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

namespace sidestep::fake_cuda {
namespace {

#ifdef __linux__
int unnamed_file() { return ::memfd_create("sidestep-fake-cuda", MFD_CLOEXEC); }
#else
int unnamed_file() {
  char name[] = "/tmp/sidestep-fake-cuda-XXXXXX";
  const int file = ::mkstemp(name);
  if (file >= 0) ::unlink(name);
  return file;
}
#endif

std::byte* map_pages(int file, size_t bytes, int protection) {
  void* pages = ::mmap(nullptr, bytes, protection, MAP_SHARED, file, 0);
  return pages == MAP_FAILED ? nullptr : static_cast<std::byte*>(pages);
}

}  // namespace

TwicePages map_twice(size_t bytes) {
  const int file = unnamed_file();
  if (file < 0) return {};
  TwicePages pages{};
  if (::ftruncate(file, static_cast<off_t>(bytes)) == 0)
    pages = {map_pages(file, bytes, PROT_NONE), map_pages(file, bytes, PROT_READ | PROT_WRITE)};
  ::close(file);
  if (pages.given != nullptr && pages.seen != nullptr) return pages;
  unmap_twice(pages, bytes);
  return {};
}

void unmap_twice(const TwicePages& pages, size_t bytes) noexcept {
  if (pages.given != nullptr) ::munmap(pages.given, bytes);
  if (pages.seen != nullptr) ::munmap(pages.seen, bytes);
}

size_t page_bytes() { return static_cast<size_t>(::sysconf(_SC_PAGESIZE)); }

}  // namespace sidestep::fake_cuda
