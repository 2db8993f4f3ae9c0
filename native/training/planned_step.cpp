#include "training/planned_step.h"

#include <algorithm>

#include "models/dit.h"
#include "training/step_figures.h"

namespace sidestep {

namespace {

constexpr Device kPlan{.kind = DeviceKind::plan};

}  // namespace

PlannedStep::PlannedStep(const PlanRequest& request)
    : request_(request),
      stream_(kPlan),
      arena_(kPlan, 0),
      model_(request.model, Weights::random(0, request.compute_dtype, stream_, request.stored).in_precision(request.base),
             NullCondition::load, request.model.stack.num_layers() - request.streamed_layers),
      adapters_(model_, request.adapter),
      batch_(blank_batch(request.model, request.batch_size, request.frames, request.tokens)) {
  adapters_.initialise(0, work());
  adapters_.refresh(work());
  optimizer_ = make_optimizer(request.optimizer, adapters_.parameters(), stream_);
}

void PlannedStep::run_passes() { run_passes(request_.kept, work()); }

PlannedStep::Passes PlannedStep::measure(const KeptLayers& kept) {
  Arena arena(kPlan, 0);
  Tally tally;
  attach(&tally);
  run_passes(kept, {arena, stream_});
  attach(nullptr);
  return {.arena_bytes = std::max(arena_.high_water(), arena.high_water()), .flops = tally.total().flops};
}

void PlannedStep::run_passes(const KeptLayers& kept, Workspace work) {
  const auto size = static_cast<size_t>(request_.batch_size);
  // Dropped samples: replacing their conditions takes its own scratch on some devices.
  const Draws draws{.noise = {},
                    .noise_keys = std::vector<RandomKey>(size),
                    .t = std::vector<float>(size, 0.5F),
                    .dropped = std::vector<uint8_t>(size, 1)};
  ActivationOffload offload(kPlan, request_.model.stack.num_layers(), request_.input_bytes());
  run_micro_step({.model = model_,
                  .batch = batch_,
                  .draws = draws,
                  .loss = request_.loss,
                  .pass = {.mode = PassContext::Mode::training, .planned_for = request_.device},
                  .kept = kept,
                  .offload = request_.offloads() ? &offload : nullptr},
                 work);
}

void PlannedStep::run_update() {
  const Update update{.adapters = adapters_, .optimizer = *optimizer_, .learning_rate = 1e-4};
  if (request_.device == DeviceKind::cpu || optimizer_->waits()) {
    apply_update(update, work());
    return;
  }
  const auto parameters = static_cast<int64_t>(adapters_.parameters().size());
  StepFigures figures({.micro_steps = 1, .batch_size = request_.batch_size, .parameters = parameters}, kPlan);
  static_cast<void>(figures.next(request_.batch_size));
  queue_update(update, figures, work());
}

}  // namespace sidestep
