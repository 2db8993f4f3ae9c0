#include "simt/card_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "fake_cuda/limits.h"
#include "simt/fiber.h"
#include "simt/settings.h"
#include "simt/thread.h"

namespace sidestep::simt {
namespace {

constexpr size_t kAlignment = 256;
constexpr unsigned char kUnwritten = 0xff;  // NaN in every float

struct Allocation {
  size_t bytes;  ///< asked for
  Home home;
  void* pages;  ///< of a mapping
  size_t mapped;
};

/// Never destroyed: the last releases come from the program's own destructors.
struct Cards {
  std::mutex mutex;
  std::map<uintptr_t, Allocation> allocations;
  std::array<size_t, kCards> used{};
  size_t page_locked = 0;

  size_t& counted(Kind kind, int card) { return kind == Kind::device ? used[static_cast<size_t>(card)] : page_locked; }
};
Cards& cards() {
  static auto* once = new Cards;
  return *once;
}

size_t rounded_up(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

/// Ends where an untouchable page begins, as nearly as its alignment allows.
unsigned char* map_before_a_guard(size_t bytes, Allocation& allocation) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t data = rounded_up(std::max<size_t>(bytes, 1), kAlignment), pages = rounded_up(data, page);
  void* memory = ::mmap(nullptr, pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  ::mprotect(static_cast<unsigned char*>(memory) + pages, page, PROT_NONE);
  allocation.pages = memory;
  allocation.mapped = pages + page;
  unsigned char* begin = static_cast<unsigned char*>(memory) + pages - data;
  if (settings().launches == Launches::run) std::memset(begin, kUnwritten, data);  // what is only noted touches nothing
  return begin;
}

/// The sanitizers' own heap knows where it ends.
unsigned char* from_the_heap(size_t bytes) {
  void* memory = nullptr;
  if (::posix_memalign(&memory, kAlignment, std::max<size_t>(bytes, 1)) != 0) return nullptr;
  std::memset(memory, kUnwritten, bytes);
  return static_cast<unsigned char*>(memory);
}

/// Where kernels are only noted nothing is touched, and whole models must fit: not in a heap that is written.
bool on_the_heap() { return (with_address_sanitizer() || with_thread_sanitizer()) && settings().launches == Launches::run; }

void give_back(void* address, const Allocation& allocation) {
  if (on_the_heap()) return std::free(address);
  const auto* end = static_cast<unsigned char*>(address) + allocation.bytes;
  const auto* limit = static_cast<unsigned char*>(address) + rounded_up(std::max<size_t>(allocation.bytes, 1), kAlignment);
  if (settings().launches == Launches::run && !std::all_of(end, limit, [](unsigned char byte) { return byte == kUnwritten; }))
    fault("something was written beyond an allocation of a card");
  ::munmap(allocation.pages, allocation.mapped);
}

}  // namespace

void* allocate(Kind kind, int card, size_t bytes) {
  Cards& c = cards();
  const std::lock_guard lock(c.mutex);
  size_t& used = c.counted(kind, card);
  if (kind == Kind::device ? fake_cuda::refuses(bytes, used) : fake_cuda::refuses_page_locked(bytes, used)) return nullptr;
  Allocation allocation{bytes, {kind, card}, nullptr, 0};
  unsigned char* begin = on_the_heap() ? from_the_heap(bytes) : map_before_a_guard(bytes, allocation);
  if (begin == nullptr) return nullptr;
  c.allocations[reinterpret_cast<uintptr_t>(begin)] = allocation;
  used += bytes;
  return begin;
}

bool release(Kind kind, void* address) {
  if (address == nullptr) return true;
  Cards& c = cards();
  const std::lock_guard lock(c.mutex);
  const auto found = c.allocations.find(reinterpret_cast<uintptr_t>(address));
  if (found == c.allocations.end() || found->second.home.kind != kind) return false;
  c.counted(kind, found->second.home.card) -= found->second.bytes;
  give_back(address, found->second);
  c.allocations.erase(found);
  return true;
}

std::optional<Home> home_of(const void* address) {
  Cards& c = cards();
  const std::lock_guard lock(c.mutex);
  auto next = c.allocations.upper_bound(reinterpret_cast<uintptr_t>(address));
  if (next == c.allocations.begin()) return std::nullopt;
  --next;
  if (reinterpret_cast<uintptr_t>(address) - next->first >= std::max<size_t>(next->second.bytes, 1)) return std::nullopt;
  return next->second.home;
}

size_t used_bytes(int card) {
  const std::lock_guard lock(cards().mutex);
  return cards().used[static_cast<size_t>(card)];
}

}  // namespace sidestep::simt
