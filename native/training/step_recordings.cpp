#include "training/step_recordings.h"

#include <algorithm>
#include <utility>

namespace sidestep {

void StepRecordings::run_as_is(const StepPasses& passes) {
  passes.forward();
  if (passes.worth_learning()) passes.backward();
}

StepRecordings::Entry* StepRecordings::oldest() {
  Entry* found = nullptr;
  for (auto& [kind, entry] : entries_)
    if (entry.state == State::recorded && (found == nullptr || entry.visit < found->visit)) found = &entry;
  return found;
}

void StepRecordings::drop(Entry& entry) {
  bytes_ -= std::exchange(entry.bytes, 0);
  --recorded_;
  entry.forward = entry.backward = {};
  entry.state = State::seen;
}

/// Whether a kind that was last seen at `last_visit` may be recorded, as large as the largest so far.
bool StepRecordings::make_room(uint64_t last_visit, Stream& stream) {
  while (bytes_ + largest_ > budget_ || free_card_bytes(stream) < spare_) {
    Entry* victim = oldest();
    if (victim == nullptr || victim->visit > last_visit) return false;
    stream.synchronize();  // it may still be running
    drop(*victim);
  }
  return true;
}

/// Entries stay where they are: one of them may be under way.
bool StepRecordings::forget(Stream& stream) {
  const bool any = recorded_ > 0;
  if (any) stream.synchronize();
  for (auto& [kind, entry] : entries_) entry = {};
  recorded_ = bytes_ = 0;
  return any;
}

void StepRecordings::stop(Stream& stream) {
  forget(stream);
  budget_ = 0;
}

void StepRecordings::record_passes(Entry& entry, const StepPasses& passes, Stream& stream) {
  entry.forward = record(stream, passes.forward);
  if (entry.forward) {
    entry.forward.replay(stream);
    if (!passes.worth_learning()) {
      stream.synchronize();
      entry.forward = {};  // tried again at the next visit
      return;
    }
    entry.backward = record(stream, passes.backward);
  }
  if (!entry.backward) {
    entry.forward = {};
    entry.state = State::refused;
    return run_as_is(passes);
  }
  entry.backward.replay(stream);
  entry.state = State::recorded;
  ++recorded_;
  entry.bytes = std::min(entry.forward.bytes() + entry.backward.bytes(), budget_ / 3);
  bytes_ += entry.bytes;
  largest_ = std::max(largest_, entry.bytes);
}

void StepRecordings::run(const std::string& kind, const StepPasses& passes, Stream& stream) {
  Entry& entry = entries_[kind];
  const uint64_t last_visit = entry.visit;
  entry.visit = ++visits_;
  switch (entry.state) {
    case State::fresh: entry.state = State::seen; return run_as_is(passes);
    case State::refused: return run_as_is(passes);
    case State::seen: return make_room(last_visit, stream) ? record_passes(entry, passes, stream) : run_as_is(passes);
    case State::recorded:
      entry.forward.replay(stream);
      if (passes.worth_learning()) entry.backward.replay(stream);
      return;
  }
}

}  // namespace sidestep
