#pragma once
#include <cstdint>
#include <optional>

#include "training/options.h"

namespace sidestep {

/// The schedule of a run of `total_steps` updates, `steps_per_epoch` of them in an epoch; what the optimizer makes of it is
/// considered. Throws train/formula-invalid.
Schedule schedule_of(const TrainOptions& options, int64_t total_steps, int64_t steps_per_epoch);

/// Other lengths of a run, with the same options otherwise.
struct RunLengths {
  int64_t least_steps = 1;              ///< total_steps from here …
  std::optional<int64_t> most_steps{};  ///< … to here, both included; unset: however many
  bool any_epochs = true;               ///< whatever `epochs` is; false: the same number only
};

/// The runs whose first `steps` updates have the very rates that this schedule gives them: one that was interrupted after so many
/// may go on as any of them. Never names a run with other rates; may leave out one whose rates are the same by chance (a formula
/// that mentions the length, and whose value does not depend on it).
RunLengths lengths_with_same_rates(const Schedule& schedule, int64_t steps);

}  // namespace sidestep
