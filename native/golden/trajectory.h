#pragma once
#include <vector>

#include "golden/adapter_case.h"
#include "golden/golden.h"

namespace sidestep::golden {

/// A recorded training run: what went in (samples, draws, settings), to be compared with what came out.
struct Trajectory {
  DitConfig config;
  Weights weights;
  std::vector<Sample> samples;
  Json settings;                      ///< adapter_config, lr, scheduler_type …
  std::vector<int64_t> update_after;  ///< micro-steps after which the optimizer stepped, counting from 1
};
/// Replays the run with the engine's own step, clipping, optimizer and schedule; compares losses, gradient norms, rates and
/// every parameter's displacement from its start.
void judge_trajectory(const Case& c, const Trajectory& run, Report& report, Stream& stream);

}  // namespace sidestep::golden
