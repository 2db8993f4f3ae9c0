#pragma once
#include <memory>
#include <optional>

#include "core/arena.h"
#include "core/error.h"
#include "core/relief.h"
#include "training/run.h"
#include "training/step_recordings.h"

namespace sidestep {

/// The memory that a run's steps share, and what it does without where a card runs short.
class RunMemory {
 public:
  /// `run` must outlive this; a shortage lowers its limit.
  RunMemory(Run& run, Stream& stream);

  const MemoryPlan& plan() const { return plan_; }
  Arena& arena() { return *arena_; }
  StepRecordings& recordings() { return recordings_; }

  /// What the plan says. Throws native/out-of-memory.
  void take();
  void give_all_back();
  /// A plan that takes an eighth of the activations less, or the next larger step there is. False where the options say what is
  /// kept, or where nothing is kept that could be computed again.
  bool plan_less();
  /// Between steps, or in place of one that ran out of memory: a smaller arena. Nothing in it is alive.
  bool keep_less();

  /// While the scope lives, a card that runs short gives back what it can do without.
  ReliefScope relief();
  /// After a shortage that what was given back has ended: the next step is to find more room, and if no more can be had, it is
  /// not recorded.
  void end_shortage();
  /// A shortage has ended in a smaller arena.
  void forget_shortage() { short_of_memory_ = trimmed_ = false; }
  /// What is kept from now on, if that has changed since this was asked last.
  std::optional<Recomputation> take_replanned();

 private:
  void take_arena();
  void take_reserve_if_free();
  bool give_back();

  Run& run_;
  Stream& stream_;
  MemoryPlan plan_;
  std::unique_ptr<Arena> arena_;
  std::shared_ptr<void> reserve_;  ///< memory of a card for what was not foreseen; null where there is none
  StepRecordings recordings_;      ///< after the arena: it knows its address
  bool trimmed_ = false;           ///< whether unused memory was freed since the last shortage ended
  bool short_of_memory_ = false;   ///< something was given back since then
  std::optional<Recomputation> replanned_;
};

/// Whether a device had no memory left.
bool is_shortage(const Error& error);

}  // namespace sidestep
