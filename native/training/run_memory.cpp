#include "training/run_memory.h"

#include <utility>

#include "core/memory.h"
#include "ops/card_overhead.h"
#include "ops/unused_memory.h"

namespace sidestep {

bool is_shortage(const Error& error) { return error.code() == "native/out-of-memory"; }

RunMemory::RunMemory(Run& run, Stream& stream) : run_(run), stream_(stream), plan_(run.memory_plan()) {}

void RunMemory::take() {
  take_arena();
  if (stream_.device().kind == DeviceKind::cuda) reserve_ = allocate(stream_.device(), kReserveBytes);
}

void RunMemory::give_all_back() {
  reserve_.reset();
  arena_.reset();
}

void RunMemory::take_arena() { arena_ = std::make_unique<Arena>(stream_.device(), plan_.arena_bytes + plan_.sampling_bytes); }

/// A run that has begun can do without.
void RunMemory::take_reserve_if_free() {
  try {
    reserve_ = allocate(stream_.device(), kReserveBytes);
  } catch (const Error& refused) {
    if (!is_shortage(refused)) throw;
  }
}

bool RunMemory::plan_less() {
  if (run_.options.recomputed_share || stream_.device().kind != DeviceKind::cuda) return false;
  run_.setup.memory_limit_bytes = plan_.total_bytes() - plan_.arena_bytes / 8;
  MemoryPlan less = run_.memory_plan();
  if (less.arena_bytes >= plan_.arena_bytes) return false;
  plan_ = std::move(less);
  replanned_ = plan_.recomputation;
  return true;
}

bool RunMemory::keep_less() {
  stream_.synchronize();
  recordings_.forget(stream_);  // they know where the arena is
  if (!plan_less()) return false;
  const ReliefScope nothing([](size_t) { return false; });  // what there was is given back already
  reserve_.reset();
  for (;;) {
    arena_.reset();
    try {
      take_arena();
      take_reserve_if_free();
      return true;
    } catch (const Error& refused) {
      if (!is_shortage(refused) || !plan_less()) throw;
    }
  }
}

/// What a card can do without, in the order in which it is missed least. What is recorded is not made again in this step.
bool RunMemory::give_back() {
  short_of_memory_ = true;
  if (recordings_.forget(stream_)) return true;
  if (!std::exchange(trimmed_, true)) {
    free_unused_memory(stream_.device());
    return true;
  }
  const std::shared_ptr<void> given = std::exchange(reserve_, nullptr);
  return given != nullptr;
}

ReliefScope RunMemory::relief() {
  return ReliefScope([this](size_t) { return stream_.device().kind == DeviceKind::cuda && give_back(); });
}

void RunMemory::end_shortage() {
  if (!std::exchange(short_of_memory_, false)) return;
  trimmed_ = false;
  if (!keep_less()) recordings_.stop(stream_);
}

std::optional<Recomputation> RunMemory::take_replanned() { return std::exchange(replanned_, std::nullopt); }

}  // namespace sidestep
