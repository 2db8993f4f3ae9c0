#pragma once
#include <vector>

#include "core/tensor.h"

namespace sidestep {

/// What one cross-attention reads of a condition, for `k.dim(0)` samples.
struct CrossKeys {
  ConstTensor k, v;          ///< [B, S, Hk, hd]; k after QK-norm
  ConstTensor token_mask{};  ///< [B, S] u8, or empty
};

/// A condition as the cross-attentions of all layers read it. It does not depend on the timestep: a sampler makes it once and
/// hands it to every pass (Dit::condition_keys, DitInput::keys). Its tensors live in the arena it was made in.
struct ConditionKeys {
  std::vector<CrossKeys> layers;
  int64_t samples = 0;
};

}  // namespace sidestep
