// Barriers in shared memory that count arrivals and bytes. The 64 bits hold: arrivals left (12 bits), arrivals a phase (12),
// bytes expected and not come yet, plus 2^22 (23), the parity of the running phase (1), a mark that the barrier was made (16).
#include <string>

#include "simt/async_unit.h"
#include "simt/block.h"

namespace sidestep::simt {
namespace {

constexpr uint64_t kMark = 0x6d62;
constexpr int64_t kNoBytes = int64_t{1} << 22, kMostBytes = (int64_t{1} << 20) - 1;
constexpr uint32_t kMostArrivals = 4095;

struct Barrier {
  uint32_t left, arrivals, parity;
  int64_t bytes;

  static Barrier read(const uint64_t* barrier, const char* instruction) {
    if (reinterpret_cast<uintptr_t>(barrier) % 8 != 0) fault("mbarrier: an address is not a multiple of 8");
    check_dynamic_shared(barrier, 8, instruction);
    const uint64_t bits = *barrier;
    if (bits >> 48 != kMark) fault((std::string(instruction) + ": a barrier that was not made").c_str());
    return {static_cast<uint32_t>(bits & 0xfff), static_cast<uint32_t>(bits >> 12 & 0xfff), static_cast<uint32_t>(bits >> 47 & 1),
            static_cast<int64_t>(bits >> 24 & 0x7fffff) - kNoBytes};
  }
  void write(uint64_t* barrier) const {
    *barrier =
        kMark << 48 | uint64_t{parity} << 47 | static_cast<uint64_t>(bytes + kNoBytes) << 24 | uint64_t{arrivals} << 12 | left;
  }
  /// True when that ended the phase.
  bool end_phase() {
    if (left != 0 || bytes != 0) return false;
    left = arrivals;
    parity ^= 1;
    return true;
  }
};

void change(uint64_t* barrier, const char* instruction, uint32_t arrived, int64_t expected) {
  Barrier b = Barrier::read(barrier, instruction);
  release(barrier);
  if (arrived > b.left) fault("mbarrier: more threads arrive than were announced");
  b.bytes += expected;
  if (b.bytes > kMostBytes || b.bytes < -kMostBytes) fault("mbarrier: more bytes than a barrier counts");
  b.left -= arrived;
  const bool over = b.end_phase();
  b.write(barrier);
  if (over) Block::of_this_thread().wake(barrier);
}

}  // namespace

void mbarrier_init(uint64_t* barrier, uint32_t arrivals) {
  if (reinterpret_cast<uintptr_t>(barrier) % 8 != 0) fault("mbarrier: an address is not a multiple of 8");
  check_dynamic_shared(barrier, 8, "mbarrier.init");
  if (arrivals == 0 || arrivals > kMostArrivals) fault("mbarrier.init: a number of arrivals that this machine does not count");
  Barrier{arrivals, arrivals, 0, 0}.write(barrier);
}

void mbarrier_arrive(uint64_t* barrier, uint32_t expected_bytes) { change(barrier, "mbarrier.arrive", 1, expected_bytes); }
void mbarrier_complete(uint64_t* barrier, uint32_t bytes) { change(barrier, "a copy's barrier", 0, -int64_t{bytes}); }

bool mbarrier_over(const uint64_t* barrier, uint32_t parity, Site site) {
  if (left_out(site)) return true;
  if (Barrier::read(barrier, "mbarrier.try_wait").parity == (parity & 1)) return false;
  acquire(const_cast<uint64_t*>(barrier));
  return true;
}

void mbarrier_sleep(const uint64_t* barrier, Site site) { Block::of_this_thread().sleep_on(barrier, site); }

}  // namespace sidestep::simt
