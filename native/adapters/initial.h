#pragma once
#include <cstdint>

#include "core/philox.h"
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Where an initial value comes from: the run's seed, the module's index among all of the model's linears, the tensor's index
/// within the module. So it does not depend on which other modules are adapted, nor on any order.
struct InitialKey {
  uint64_t seed = 0;
  uint64_t module = 0;
  uint64_t tensor = 0;
};

/// Uniform in ±bound. torch's kaiming_uniform_(a = sqrt 5) is bound 1 / sqrt(fan_in).
void fill_uniform(Tensor value, double bound, const InitialKey& key, Stream& stream);
void fill_normal(Tensor value, double deviation, const InitialKey& key, Stream& stream);

/// 1 / sqrt(fan_in), fan_in being all extents but the first: torch's rule for weights.
double kaiming_bound(const Shape& shape);

}  // namespace sidestep
