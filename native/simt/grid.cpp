#include "simt/grid.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <vector>

#include "core/thread_pool.h"
#include "simt/block.h"
#include "simt/report.h"

namespace sidestep::simt {
namespace {

/// Below this many CUDA threads a launch is over before other host threads have woken up.
constexpr uint64_t kWorthSpreading = 2048;

ThreadPool& pool() {
  static ThreadPool once(settings().threads);
  return once;
}

uint64_t next_launch() {
  static uint64_t launches = 0;
  return launches++;
}

/// The order in which blocks begin.
std::vector<uint64_t> order_of_blocks(uint64_t count, uint64_t random) {
  std::vector<uint64_t> order(count);
  std::iota(order.begin(), order.end(), uint64_t{0});
  if (settings().order == Order::reverse) std::reverse(order.begin(), order.end());
  if (settings().order == Order::random)
    for (uint64_t i = count; i > 1; --i) {
      random = random * 6364136223846793005U + 1442695040888963407U;  // Knuth's
      std::swap(order[i - 1], order[(random >> 33) % i]);
    }
  return order;
}

/// Shared memory for those blocks that run at the same time. A race detector needs its own memory for each block: what another
/// block did there before is none of its business.
class MemoryOfBlocks {
 public:
  MemoryOfBlocks(uint64_t blocks, uint64_t at_once, size_t dynamic_bytes) {
    const uint64_t count = with_thread_sanitizer() ? std::min<uint64_t>(blocks, 1024) : at_once;
    for (uint64_t i = 0; i < count; ++i) all_.push_back(std::make_unique<SharedMemory>(dynamic_bytes));
  }
  SharedMemory& of(uint64_t block, uint64_t worker) { return *all_[with_thread_sanitizer() ? block % all_.size() : worker]; }

 private:
  std::vector<std::unique_ptr<SharedMemory>> all_;
};

}  // namespace

void run_grid(const Shape& shape, const std::function<void()>& thread) {
  const dim3 grid = shape.grid;
  const uint64_t blocks = uint64_t{grid.x} * grid.y * grid.z, random = settings().seed * 1000003 + next_launch() * 7919;
  const uint64_t threads = blocks * shape.block.x * shape.block.y * shape.block.z;
  const uint64_t workers = threads < kWorthSpreading ? 1 : std::min<uint64_t>(blocks, static_cast<uint64_t>(pool().threads()));
  const std::vector<uint64_t> order = order_of_blocks(blocks, random);
  MemoryOfBlocks memory(blocks, workers, shape.shared_bytes);
  const auto work = [&](uint64_t worker) {
    for (uint64_t i = worker; i < blocks; i += workers) {
      const uint64_t n = order[i];
      const auto part = [](uint64_t v) { return static_cast<unsigned>(v); };
      Block::of_this_thread().run(shape, thread, {part(n % grid.x), part(n / grid.x % grid.y), part(n / grid.x / grid.y)},
                                  memory.of(i, worker), random + n);
    }
  };
  release(&launch_order().begin);
  if (workers == 1)
    work(0);
  else
    pool().parallel_for(static_cast<int64_t>(workers), [&](int64_t worker) { work(static_cast<uint64_t>(worker)); });
  acquire(&launch_order().end);
}

}  // namespace sidestep::simt
