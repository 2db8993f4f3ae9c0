#include "mirror/card_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "core/error.h"

namespace sidestep::mirror {
namespace {

struct Allocation {
  size_t bytes;   ///< asked for
  size_t mapped;  ///< whole pages
  std::byte* seen;
  int card;
};

struct Cards {
  std::shared_mutex mutex;
  std::map<uintptr_t, Allocation> allocations;  ///< by the address the engine has
  std::array<size_t, kCards> used{};
  std::map<uintptr_t, size_t> page_locked;  ///< bytes of the host's, by address
};

/// Never destroyed: a program may free a card's memory when its own statics end, after those of this library.
Cards& cards() {
  static auto& once = *new Cards;
  return once;
}

[[noreturn]] void full(int card, size_t bytes) {
  throw Error("native/out-of-memory", "The mirror's card " + std::to_string(card) + " has no " + std::to_string(bytes) + " bytes left");
}

#ifdef __linux__
int unnamed_file() { return ::memfd_create("sidestep-mirror", MFD_CLOEXEC); }
#else
int unnamed_file() {
  char name[] = "/tmp/sidestep-mirror-XXXXXX";
  const int file = ::mkstemp(name);
  if (file >= 0) ::unlink(name);
  return file;
}
#endif

/// What two mappings share.
int shared_file(size_t bytes) {
  const int file = unnamed_file();
  if (file < 0 || ::ftruncate(file, static_cast<off_t>(bytes)) != 0)
    throw Error("native/out-of-memory", "The mirror could not make a file of " + std::to_string(bytes) + " bytes");
  return file;
}

std::byte* map_pages(int file, size_t bytes, int protection) {
  void* pages = ::mmap(nullptr, bytes, protection, MAP_SHARED, file, 0);
  if (pages == MAP_FAILED) throw Error("native/out-of-memory", "The mirror could not map " + std::to_string(bytes) + " bytes");
  return static_cast<std::byte*>(pages);
}

/// The allocation that holds an address, or none. The caller holds the lock.
const std::pair<const uintptr_t, Allocation>* home_of(uintptr_t address) {
  const auto next = cards().allocations.upper_bound(address);
  if (next == cards().allocations.begin()) return nullptr;
  const auto& home = *std::prev(next);
  return address - home.first < home.second.mapped ? &home : nullptr;
}

}  // namespace

void* allocate(int card, size_t bytes) {
  Cards& c = cards();
  const std::unique_lock lock(c.mutex);
  if (bytes > kCardBytes - c.used[static_cast<size_t>(card)]) full(card, bytes);
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t mapped = (bytes + page - 1) / page * page;
  const int file = shared_file(mapped);
  std::byte* address = map_pages(file, mapped, PROT_NONE);
  std::byte* seen = map_pages(file, mapped, PROT_READ | PROT_WRITE);
  ::close(file);
  c.allocations[reinterpret_cast<uintptr_t>(address)] = {bytes, mapped, seen, card};
  c.used[static_cast<size_t>(card)] += bytes;
  return address;
}

void release(int card, void* address) noexcept {
  Cards& c = cards();
  const std::unique_lock lock(c.mutex);
  const auto found = c.allocations.find(reinterpret_cast<uintptr_t>(address));
  if (found == c.allocations.end() || found->second.card != card) std::abort();  // cudaFree would fail: a defect
  ::munmap(address, found->second.mapped);
  ::munmap(found->second.seen, found->second.mapped);
  c.used[static_cast<size_t>(card)] -= found->second.bytes;
  c.allocations.erase(found);
}

size_t used_bytes(int card) {
  const std::shared_lock lock(cards().mutex);
  return cards().used[static_cast<size_t>(card)];
}

std::byte* seen_by(int card, const void* address, size_t bytes, const char* what) {
  const auto begin = reinterpret_cast<uintptr_t>(address);
  const std::shared_lock lock(cards().mutex);
  const auto* home = home_of(begin);
  if (home != nullptr && home->second.card == card && begin - home->first + bytes <= home->second.bytes)
    return home->second.seen + (begin - home->first);
  const std::string where = home == nullptr                ? "in the host's memory"
                            : home->second.card != card    ? "on card " + std::to_string(home->second.card)
                                                           : "beyond the end of its allocation";
  throw Error("native/cuda-failed", std::string(what) + ": illegal address: " + std::to_string(bytes) + " bytes " + where +
                                        " were given to card " + std::to_string(card));
}

void* allocate_page_locked(size_t bytes) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  void* memory = std::aligned_alloc(page, (bytes + page - 1) / page * page);
  if (memory == nullptr) throw Error("native/out-of-memory", "The mirror could not page-lock " + std::to_string(bytes) + " bytes");
  const std::unique_lock lock(cards().mutex);
  cards().page_locked[reinterpret_cast<uintptr_t>(memory)] = bytes;
  return memory;
}

void release_page_locked(void* address) noexcept {
  {
    const std::unique_lock lock(cards().mutex);
    if (cards().page_locked.erase(reinterpret_cast<uintptr_t>(address)) == 0) std::abort();  // cudaFreeHost would fail: a defect
  }
  std::free(address);
}

bool is_page_locked(const void* address, size_t bytes) {
  const auto begin = reinterpret_cast<uintptr_t>(address);
  const std::shared_lock lock(cards().mutex);
  const auto next = cards().page_locked.upper_bound(begin);
  if (next == cards().page_locked.begin()) return false;
  const auto& home = *std::prev(next);
  return begin - home.first + bytes <= home.second;
}

int card_of(const void* address) {
  const std::shared_lock lock(cards().mutex);
  const auto* home = home_of(reinterpret_cast<uintptr_t>(address));
  return home == nullptr ? -1 : home->second.card;
}

}  // namespace sidestep::mirror
