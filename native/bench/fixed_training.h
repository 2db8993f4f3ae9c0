#pragma once
#include <memory>
#include <vector>

#include "core/stream.h"
#include "training/memory_plan.h"

namespace sidestep::bench {

/// A training that begins alike everywhere and meets one batch again and again, from draws that do not change: random weights,
/// LoRA, AdamW. On a card it goes as the trainer's does: batches uploaded, steps recorded, one wait a step.
class FixedTraining {
 public:
  /// `request.kept` is followed; `plan` sizes its memory. `stream` must outlive this. Throws what making model and adapters
  /// throws.
  FixedTraining(const PlanRequest& request, const MemoryPlan& plan, double learning_rate, Stream& stream);
  ~FixedTraining();

  /// One forward and backward pass and one update; the loss before it.
  double step();
  /// How far every trained number has moved from where it began, all in a row: what small errors of gradients show in first. On
  /// the host.
  std::vector<double> movement();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sidestep::bench
