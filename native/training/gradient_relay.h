#pragma once
#include <map>
#include <memory>
#include <vector>

#include "adapters/adapter_set.h"
#include "training/gradient_route.h"

namespace sidestep {

/// Carries the running sum of an update's gradients from micro-batch to micro-batch across ranks. One rank alone adds each
/// micro-batch's gradients to the sum of those before it, inside the very products that make them, and those bits are kept: where
/// micro-batch i runs on another rank than i - 1, the sum of each module travels there and is what the backward pass adds to. A
/// module's sum is sent as soon as its backward pass is over, so the passes of all ranks overlap, each one module behind the
/// last.
///
/// It sits between the model's slots and the adapters in them, and leaves them as they were.
class GradientRelay {
 public:
  GradientRelay(AdapterSet& adapters, std::unique_ptr<GradientRoute> route);
  ~GradientRelay();
  GradientRelay(const GradientRelay&) = delete;
  GradientRelay& operator=(const GradientRelay&) = delete;

  using Pass = GradientRoute::Pass;
  /// From now on sums go this way.
  void change_route(std::unique_ptr<GradientRoute> route);
  /// The backward pass that comes belongs to this micro-batch.
  void begin(const Pass& pass);
  /// The backward pass of the same micro-batch comes once more, because the first was broken off. Modules that have been sent on
  /// keep the gradients with which they were. False, and nothing has changed, where the others' sums cannot be had again.
  bool begin_again(Stream& stream);
  /// Sends on, unchanged, what the backward pass did not come by: of a micro-batch that is left out, everything.
  void finish(Stream& stream);
  /// The whole sum, which the rank of micro-batch `last` sends to all.
  void receive_sum(uint64_t serial, uint32_t last) { route_->receive_whole(serial, last); }

 private:
  struct Relayed;
  void fetch(size_t module);
  void send(size_t module);

  AdapterSet& adapters_;
  std::unique_ptr<GradientRoute> route_;
  Pass pass_{};
  enum class Stage : uint8_t { waiting, fetched, sent, sent_before };
  std::vector<Stage> stages_;
  std::map<size_t, std::vector<Storage>>
      sent_before_;  ///< gradients of modules that a pass which was broken off has sent, on the host
};

}  // namespace sidestep
