#pragma once
#include <functional>
#include <map>
#include <string>

#include "ops/recording.h"

namespace sidestep {

/// A forward and a backward pass with the one decision between them. `forward` may be called again after any of them.
struct StepPasses {
  std::function<void()> forward;
  std::function<bool()> worth_learning;  ///< may read the loss, and so wait for the card
  std::function<void()> backward;
};

/// Passes by what decides them: shapes, lengths, addresses. The first of a kind runs as it is and makes what is made once (plans of
/// products, pools); the second is recorded; later ones are replayed.
class StepRecordings {
 public:
  /// Kinds that are kept. A card holds each recording in memory of its own, some MB; a data set of more lengths than
  /// these runs the rest as it is.
  static constexpr size_t kMost = 16;

  void run(const std::string& kind, const StepPasses& passes, Stream& stream);

  size_t recorded() const { return recorded_; }

 private:
  enum class State : uint8_t { fresh, seen, recorded, refused };
  struct Entry {
    State state = State::fresh;
    Recording forward, backward;
  };
  static void run_as_is(const StepPasses& passes);
  void record_passes(Entry& entry, const StepPasses& passes, Stream& stream);

  std::map<std::string, Entry> entries_;
  size_t recorded_ = 0;
};

}  // namespace sidestep
