#pragma once
#include <memory>

#include "adapters/adapter_set.h"
#include "training/memory_plan.h"
#include "training/update.h"

namespace sidestep {

/// A training step on Device::plan: the model, its adapters and a batch of the longest samples, none of them in memory. Running
/// it measures what a real step takes (core/arena.h) and does (core/stream.h).
class PlannedStep {
 public:
  /// Throws what making the adapters throws.
  explicit PlannedStep(const PlanRequest& request);

  /// One forward and backward pass, keeping what the request says.
  void run_passes();
  /// As a trainer makes it on the request's device.
  void run_update();

  /// What making the adapters and such a pass take.
  struct Passes {
    size_t arena_bytes = 0;
    double flops = 0;
  };
  Passes measure(const KeptLayers& kept);

  void attach(Tally* tally) { stream_.attach(tally); }
  const Arena& arena() const { return arena_; }
  const Dit& model() const { return model_; }
  const AdapterSet& adapters() const { return adapters_; }
  const Optimizer& optimizer() const { return *optimizer_; }
  const Batch& batch() const { return batch_; }

 private:
  Workspace work() { return {arena_, stream_}; }
  void run_passes(const KeptLayers& kept, Workspace work);

  PlanRequest request_;
  Stream stream_;
  Arena arena_;
  Dit model_;
  AdapterSet adapters_;
  std::unique_ptr<Optimizer> optimizer_;
  Batch batch_;
};

}  // namespace sidestep
