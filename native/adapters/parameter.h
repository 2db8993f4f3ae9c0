#pragma once
#include <string>

#include "core/tensor.h"

namespace sidestep {

/// One trained tensor and its gradient, both f32, contiguous, on the training device.
struct Parameter {
  std::string name;
  Tensor value;
  Tensor grad;
};

}  // namespace sidestep
