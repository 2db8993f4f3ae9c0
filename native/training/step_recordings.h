#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "ops/card_overhead.h"
#include "ops/recording.h"

namespace sidestep {

/// A forward and a backward pass with the one decision between them. `forward` may be called again after any of them.
struct StepPasses {
  std::function<void()> forward;
  std::function<bool()> worth_learning;  ///< may read the loss, and so wait for the card
  std::function<void()> backward;
};

/// Passes by what decides them: shapes, lengths, addresses. The first of a kind runs as it is and makes what is made once (plans
/// of products, pools); the second is recorded; later ones are replayed. A card holds each recording in its own memory, so
/// those that are kept have a budget. The one that was used longest ago goes first, and only for a kind that has come twice
/// since: when more kinds take turns than there is room for, some are always replayed and the rest runs as it is, instead of each
/// being recorded again.
class StepRecordings {
 public:
  /// With less than `spare_bytes` free on the card nothing more is recorded, and what is recorded goes.
  explicit StepRecordings(size_t budget_bytes = kRecordingBytes, size_t spare_bytes = kSpareBytes)
      : budget_(budget_bytes), spare_(spare_bytes) {}

  void run(const std::string& kind, const StepPasses& passes, Stream& stream);
  /// Gives the memory back when the stream is done with it, for someone who needs it more; false where there was nothing. Each
  /// kind begins again, as if never seen: what is made once may be given back, too. Not between the two passes of a replay.
  bool forget(Stream& stream);
  /// The same, and nothing is recorded any more.
  void stop(Stream& stream);

  size_t recorded() const { return recorded_; }  ///< kinds
  size_t bytes() const { return bytes_; }

 private:
  enum class State : uint8_t { fresh, seen, recorded, refused };
  struct Entry {
    State state = State::fresh;
    uint64_t visit = 0;  ///< the last one
    Recording forward{}, backward{};
    size_t bytes = 0;  ///< no more than a third of the budget: another program may have taken memory at the same moment
  };
  static void run_as_is(const StepPasses& passes);
  bool make_room(uint64_t last_visit, Stream& stream);
  void drop(Entry& entry);
  Entry* oldest();
  void record_passes(Entry& entry, const StepPasses& passes, Stream& stream);

  size_t budget_, spare_;
  std::map<std::string, Entry> entries_;
  uint64_t visits_ = 0;
  size_t recorded_ = 0, bytes_ = 0, largest_ = 2 * kLeastRecordingBytes;
};

}  // namespace sidestep
