#pragma once
#include "core/tensor.h"

namespace sidestep {

/// Element `index` in row-major order of any tensor in host memory, strided ones included, as a double.
double element_at(ConstTensor tensor, int64_t index);

/// Sums over all elements, in double precision: what relative errors are made of.
struct SquaredDistance {
  double difference = 0;  ///< ||a - b||²
  double reference = 0;   ///< ||b||²
};
/// Throws native/shape-mismatch unless both have as many elements.
SquaredDistance squared_distance(ConstTensor a, ConstTensor b);

/// ||a - b|| / ||b||; ||a|| when b is zero. The measure of exactness everywhere in this engine.
double relative_error(const SquaredDistance& distance);
double rel_l2(ConstTensor a, ConstTensor b);

}  // namespace sidestep
