#include <string>

#include "core/error.h"
#include "training/trainer_state.h"

namespace sidestep {

namespace {

/// What the rank says that ran short; the others say that it is lost.
Error shortage_of_rank(const Error& refused, const RankPlace& place) {
  return Error(
      "native/out-of-memory",
      refused.message() + " (rank " + std::to_string(place.rank) + " of " + std::to_string(place.ranks) +
          ", in a step that several ranks share)",
      "Let every rank keep less from the start: gradient_checkpointing: {ratio: 1}, a smaller batch or shorter crops. Or close "
      "other programs on that card. Then run again: it goes on from the last checkpoint.");
}

}  // namespace

/// All that a run takes after the model and its adapters. Where a card has less than was said, less of the activations is kept.
void Trainer::State::take_memory() {
  for (;;) {
    try {
      memory.take();
      adapters->initialise(options().seed, work());
      adapters->refresh(work());
      if (const PlanRequest request = run.plan_request(); request.offloads())
        offload = std::make_unique<ActivationOffload>(stream.device(), request.model.stack.num_layers(), request.input_bytes());
      optimizer = make_optimizer(options().optimizer, adapters->parameters(), stream);
      const auto parameters = static_cast<int64_t>(adapters->parameters().size());
      figures = std::make_unique<StepFigures>(
          StepFigures::Size{options().gradient_accumulation_steps, options().batch_size, parameters}, stream.device());
      return average->start();
    } catch (const Error& refused) {
      average->clear();
      figures.reset();
      optimizer.reset();
      offload.reset();
      memory.give_all_back();
      if (!is_shortage(refused) || !memory.plan_less()) throw;
    }
  }
}

/// A step out of memory is taken again, from the same numbers, with less kept. Not in the middle of an update. Of a step that
/// ranks share, only the micro-batch that ran short is taken again (trainer_together.cpp): the others have this rank's losses and
/// some of its gradients by then.
StepReport Trainer::State::step_within_memory() {
  const ReliefScope scope = memory.relief();
  const RunProgress::Undo before = progress.undo();
  const CropSampler crops_before = batches.crops();
  for (;;) {
    try {
      StepReport report = step();
      memory.end_shortage();
      report.replanned = memory.take_replanned();
      return report;
    } catch (const Error& error) {
      if (is_shortage(error) && team) throw shortage_of_rank(error, team->place());
      if (!is_shortage(error) || changing_weights || !memory.keep_less()) throw;
      memory.forget_shortage();
      batches.drop_pending();
      progress.take_back(before);
      batches.set_crops(crops_before);
    }
  }
}

}  // namespace sidestep
