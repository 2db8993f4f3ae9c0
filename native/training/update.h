#pragma once
#include <string>
#include <vector>

#include "adapters/adapter_set.h"
#include "training/optimizer.h"
#include "training/step_figures.h"

namespace sidestep {

/// One optimizer update from accumulated gradients: rescale, norm, clip, step, zero, refresh.
struct Update {
  AdapterSet& adapters;
  Optimizer& optimizer;
  double learning_rate = 0;
  double max_grad_norm = 1;  ///< 0: no clipping
  double grad_factor = 1;    ///< applied first: gradient_accumulation_steps / count for a short last group
};

struct UpdateResult {
  enum class Kind : uint8_t { applied, skipped } kind = Kind::applied;
  double learning_rate = 0;
  double grad_norm = 0;              ///< total L2 norm before clipping, after grad_factor
  std::vector<double> module_norms;  ///< of each adapted module, in AdapterSet::modules order
  std::string first_bad;             ///< skipped: the first parameter whose gradient has a NaN or Inf
};
/// Skips, and throws the gradients away, when any of them is not finite. Clipping is torch's clip_grad_norm_:
/// factor min(1, max_grad_norm / (norm + 1e-6)).
UpdateResult apply_update(const Update& update, Workspace work);

/// The same update, queued on the device without waiting: it is skipped there if a gradient or one of the step's losses is no
/// finite number. `judge` says which it was once the figures have been read; of a skipped one the optimizer's scalars are to be
/// set back. Not for an optimizer that `waits`.
void queue_update(const Update& update, const StepFigures& figures, Workspace work);
UpdateResult judge(const Update& update, const StepFigures::Views& read);

}  // namespace sidestep
