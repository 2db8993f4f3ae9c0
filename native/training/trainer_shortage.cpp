#include <utility>

#include "core/error.h"
#include "core/memory.h"
#include "ops/card_overhead.h"
#include "ops/elementwise.h"
#include "ops/idle_memory.h"
#include "training/trainer_state.h"

namespace sidestep {

namespace {

bool is_shortage(const Error& error) { return error.code() == "native/out-of-memory"; }

}  // namespace

/// All that a run takes after the model and its adapters. Where a card has less than was said, less of the activations is kept.
void Trainer::State::take_memory() {
  for (;;) {
    try {
      take_arena();
      if (stream.device().kind == DeviceKind::cuda) reserve = allocate(stream.device(), kReserveBytes);
      return take_rest();
    } catch (const Error& refused) {
      average.clear();
      figures.reset();
      optimizer.reset();
      offload.reset();
      reserve.reset();
      arena.reset();
      if (!is_shortage(refused) || !plan_less()) throw;
    }
  }
}

void Trainer::State::take_arena() {
  arena = std::make_unique<Arena>(stream.device(), memory.arena_bytes + memory.sampling_bytes);
}

/// A run that has begun can do without.
void Trainer::State::take_reserve_if_free() {
  try {
    reserve = allocate(stream.device(), kReserveBytes);
  } catch (const Error& refused) {
    if (!is_shortage(refused)) throw;
  }
}

void Trainer::State::take_rest() {
  adapters->initialise(options.seed, work());
  adapters->refresh(work());
  if (const PlanRequest request = plan_request(setup, options, files, shape); request.offloads())
    offload = std::make_unique<ActivationOffload>(stream.device(), request.model.stack.num_layers(), request.input_bytes());
  optimizer = make_optimizer(options.optimizer, adapters->parameters(), stream);
  const auto parameters = static_cast<int64_t>(adapters->parameters().size());
  figures = std::make_unique<StepFigures>(StepFigures::Size{options.gradient_accumulation_steps, options.batch_size, parameters},
                                          stream.device());
  if (!averages()) return;
  for (const Parameter& p : adapters->parameters()) {
    average.emplace_back(DType::f32, p.value.shape(), stream.device());
    copy({p.value, average.back().tensor()}, stream);
  }
}

/// A plan that takes an eighth of the activations less, or the next larger step there is. False where the options say what is
/// kept, or where nothing is kept that could be computed again.
bool Trainer::State::plan_less() {
  if (options.recomputed_share || stream.device().kind != DeviceKind::cuda) return false;
  setup.memory_limit_bytes = memory.total_bytes() - memory.arena_bytes / 8;
  MemoryPlan less = run_memory(setup, options, plan_request(setup, options, files, shape));
  if (less.arena_bytes >= memory.arena_bytes) return false;
  memory = std::move(less);
  replanned = memory.recomputation;
  return true;
}

/// Between steps, or in place of one that ran out of memory: a smaller arena. Nothing in it is alive.
bool Trainer::State::keep_less() {
  stream.synchronize();
  recordings.forget(stream);  // they know where the arena lies
  if (!plan_less()) return false;
  const ReliefScope nothing([](size_t) { return false; });  // what there was is given back already
  reserve.reset();
  for (;;) {
    arena.reset();
    try {
      take_arena();
      take_reserve_if_free();
      return true;
    } catch (const Error& refused) {
      if (!is_shortage(refused) || !plan_less()) throw;
    }
  }
}

/// What a card can do without, in the order in which it is missed least. What is recorded is not made again in this step.
bool Trainer::State::give_back() {
  short_of_memory = true;
  if (recordings.forget(stream)) return true;
  if (!std::exchange(trimmed, true)) {
    free_idle_memory(stream.device());
    return true;
  }
  const std::shared_ptr<void> given = std::exchange(reserve, nullptr);
  return given != nullptr;
}

ReliefScope Trainer::State::relief() {
  return ReliefScope([this](size_t) { return stream.device().kind == DeviceKind::cuda && give_back(); });
}

/// After a shortage that what was given back has ended: the next step is to find more room, and if no more can be had, it is not
/// recorded.
void Trainer::State::end_shortage() {
  if (!std::exchange(short_of_memory, false)) return;
  trimmed = false;
  if (!keep_less()) recordings.stop(stream);
}

/// A step out of memory is taken again, from the same numbers, with less kept. Not in the middle of an update, and not where
/// other ranks wait for what this one computes.
StepReport Trainer::State::step_within_memory() {
  const ReliefScope scope = relief();
  const RunPosition began = position;
  const CropSampler crops_before = crops;
  const AdaptiveTimesteps adaptive_before = adaptive;
  for (;;) {
    try {
      StepReport report = step();
      end_shortage();
      report.replanned = std::exchange(replanned, std::nullopt);
      return report;
    } catch (const Error& error) {
      if (!is_shortage(error) || changing_weights || team || !keep_less()) throw;
      short_of_memory = trimmed = false;
      pending.clear();
      position = began;
      crops = crops_before;
      adaptive = adaptive_before;
    }
  }
}

}  // namespace sidestep
