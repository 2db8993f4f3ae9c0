#include "training/step_recordings.h"

namespace sidestep {

void StepRecordings::run_as_is(const StepPasses& passes) {
  passes.forward();
  if (passes.worth_learning()) passes.backward();
}

void StepRecordings::record_passes(Entry& entry, const StepPasses& passes, Stream& stream) {
  entry.forward = record(stream, passes.forward);
  if (entry.forward) {
    entry.forward.replay(stream);
    if (!passes.worth_learning()) {
      entry.forward = {};  // tried again at the next visit
      return;
    }
    entry.backward = record(stream, passes.backward);
  }
  if (!entry.backward) {
    entry = {.state = State::refused};
    return run_as_is(passes);
  }
  entry.backward.replay(stream);
  entry.state = State::recorded;
  ++recorded_;
}

void StepRecordings::run(const std::string& kind, const StepPasses& passes, Stream& stream) {
  Entry& entry = entries_[kind];
  switch (entry.state) {
    case State::fresh: entry.state = State::seen; return run_as_is(passes);
    case State::refused: return run_as_is(passes);
    case State::seen: return recorded_ < kMost ? record_passes(entry, passes, stream) : run_as_is(passes);
    case State::recorded:
      entry.forward.replay(stream);
      if (passes.worth_learning()) entry.backward.replay(stream);
      return;
  }
}

}  // namespace sidestep
