#include "fake_cuda/card_memory.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <numeric>
#include <shared_mutex>
#include <string>

#include "core/error.h"
#include "fake_cuda/limits.h"
#include "fake_cuda/pages.h"

namespace sidestep::fake_cuda {
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
  std::array<size_t, kMostCards> used{};
  std::map<uintptr_t, size_t> page_locked;  ///< bytes of the host's, by address
};

/// Never destroyed: a program may free a card's memory when its own statics end, after those of this library.
Cards& cards() {
  static auto& once = *new Cards;
  return once;
}

[[noreturn]] void full(int card, size_t bytes) {
  throw Error("native/out-of-memory",
              "The fake CUDA card " + std::to_string(card) + " has no " + std::to_string(bytes) + " bytes left");
}

constexpr std::align_val_t kPageAlignment{4096};

size_t whole_pages(size_t bytes) {
  const size_t page = page_bytes();
  return (bytes + page - 1) / page * page;
}

/// The allocation that holds an address, or none. The caller holds the lock.
const std::pair<const uintptr_t, Allocation>* home_of(uintptr_t address) {
  const auto next = cards().allocations.upper_bound(address);
  if (next == cards().allocations.begin()) return nullptr;
  const auto& home = *std::prev(next);
  return address - home.first < home.second.mapped ? &home : nullptr;
}

}  // namespace

int card_count() {
  const char* said = std::getenv("SIDESTEP_FAKE_CUDA_CARDS");
  const int count = said == nullptr ? 2 : std::atoi(said);
  if (count >= 1 && count <= kMostCards) return count;
  throw Error("native/argument-invalid", "SIDESTEP_FAKE_CUDA_CARDS is " + std::string(said), "1 to 8 cards can be made up.");
}

void* allocate(int card, size_t bytes) {
  Cards& c = cards();
  const std::unique_lock lock(c.mutex);
  if (refuses(bytes, c.used[static_cast<size_t>(card)])) full(card, bytes);
  const size_t mapped = whole_pages(bytes);
  const TwicePages pages = map_twice(mapped);
  if (pages.given == nullptr)
    throw Error("native/out-of-memory", "The fake CUDA device could not map " + std::to_string(mapped) + " bytes");
  c.allocations[reinterpret_cast<uintptr_t>(pages.given)] = {bytes, mapped, pages.seen, card};
  c.used[static_cast<size_t>(card)] += bytes;
  return pages.given;
}

void release(int card, void* address) noexcept {
  Cards& c = cards();
  const std::unique_lock lock(c.mutex);
  const auto found = c.allocations.find(reinterpret_cast<uintptr_t>(address));
  if (found == c.allocations.end() || found->second.card != card) std::abort();  // cudaFree would fail: a defect
  unmap_twice({static_cast<std::byte*>(address), found->second.seen}, found->second.mapped);
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
  const std::string where = home == nullptr             ? "in the host's memory"
                            : home->second.card != card ? "on card " + std::to_string(home->second.card)
                                                        : "beyond the end of its allocation";
  throw Error("native/cuda-failed", std::string(what) + ": illegal address: " + std::to_string(bytes) + " bytes " + where +
                                        " were given to card " + std::to_string(card));
}

void* allocate_page_locked(size_t bytes) {
  Cards& c = cards();
  const std::unique_lock lock(c.mutex);
  const size_t used = std::accumulate(c.page_locked.begin(), c.page_locked.end(), size_t{0},
                                      [](size_t sum, const auto& one) { return sum + one.second; });
  if (refuses_page_locked(bytes, used)) return nullptr;
  void* memory = ::operator new(whole_pages(bytes), kPageAlignment, std::nothrow);
  if (memory != nullptr) c.page_locked[reinterpret_cast<uintptr_t>(memory)] = bytes;
  return memory;
}

void release_page_locked(void* address) noexcept {
  {
    const std::unique_lock lock(cards().mutex);
    if (cards().page_locked.erase(reinterpret_cast<uintptr_t>(address)) == 0) std::abort();  // cudaFreeHost would fail: a defect
  }
  ::operator delete(address, kPageAlignment);
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

}  // namespace sidestep::fake_cuda
