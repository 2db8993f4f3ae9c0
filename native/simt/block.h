#pragma once
// One block of CUDA threads, each a fiber, on one host thread. The machine's own state, which kernels do not see.
#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "simt/async_unit.h"
#include "simt/fiber.h"
#include "simt/queue_kernel.h"
#include "simt/settings.h"
#include "simt/shared_memory.h"

namespace sidestep::simt {

constexpr int kMostThreads = 1024;

enum class State : uint8_t { ready, at_barrier, at_phase, in_warp, done };

struct Thread : Lane {
  explicit Thread(void (*entry)()) : Lane{}, fiber(entry) {}
  Fiber fiber;
  State state = State::done;
  Site site{};                         ///< where it waits
  const uint64_t* phase_of = nullptr;  ///< of which barrier in shared memory it waits for the end
  std::vector<AsyncCopy> uncommitted{};
  std::vector<std::vector<AsyncCopy>> groups{};
};

/// A place where threads wait for each other. Phases take turns, so that a thread which goes on early does not meet the last
/// ones.
struct Meeting {
  unsigned phase = 0;
  Site site{};
  std::array<char, 2> sync{};  ///< what the thread sanitizer knows each phase by
  void* order() { return &sync[phase & 1]; }
};

struct Warp : Meeting {
  uint32_t slots[2][kWarp][kMostWords];
  uint32_t waiting = 0, mask = 0;
  WarpProducts products;
  uint32_t (*current_slots())[kMostWords] { return slots[phase & 1]; }
};

class Block {
 public:
  /// The host thread's own.
  static Block& of_this_thread();

  /// One after the other; `random` decides orders and coins.
  void run(const Shape& shape, const std::function<void()>& thread, uint3 block, SharedMemory& memory, uint64_t random);

  // What the threads that run do.
  int barrier(int value, Site site);
  template <typename Finish>
  void meet_warp(uint32_t mask, Site site, const Finish& finish);
  Warp& warp_of(const Lane& lane) { return warps_[static_cast<size_t>(lane.warp)]; }
  SharedMemory& memory() { return *memory_; }
  uint32_t roll(uint32_t sides);
  void sleep_on(const uint64_t* barrier, Site site);  ///< until it is woken
  void wake(const uint64_t* barrier);
  std::vector<BoxCopy> boxes{};  ///< copies that were issued and not done

 private:
  [[noreturn]] static void thread_body();
  void begin_threads(dim3 size, uint3 block);
  Warp* begin_meeting(uint32_t mask, Site site);  ///< null for all but the last lane, once that has ended the meeting
  void end_meeting(Warp& w);
  void make_ready(Thread& t);
  Thread* next();
  void go_on(Thread& from);
  void wait(State state, Site site);
  void release_barrier();
  void end_thread(Thread& t);
  [[noreturn]] void explain_deadlock();

  std::vector<std::unique_ptr<Thread>> threads_;
  std::array<Warp, kMostThreads / kWarp> warps_;
  Fiber host_;
  const std::function<void()>* body_ = nullptr;
  SharedMemory* memory_ = nullptr;
  uint64_t random_ = 0;
  int count_ = 0, live_ = 0;
  std::array<Thread*, kMostThreads> ready_{};  ///< a ring; each thread is in it at most once
  unsigned first_ = 0, standing_ = 0;
  Meeting barrier_;
  int waiting_ = 0, value_ = 0, result_ = 0;
};

/// What the thread sanitizer knows the launch's begin and end by.
struct LaunchOrder {
  char begin, end;
};
LaunchOrder& launch_order();

/// Whether SIDESTEP_SIMT_SKIP names this place.
bool left_out(Site site);

/// The name of the kernel that runs on this thread, for messages.
extern thread_local const void* current_kernel;

/// Returns when all lanes of the mask have come; the last one does `finish` before any goes on.
template <typename Finish>
void Block::meet_warp(uint32_t mask, Site site, const Finish& finish) {
  Warp* const w = begin_meeting(mask, site);
  if (w == nullptr) return;
  finish();
  end_meeting(*w);
}

}  // namespace sidestep::simt
