#pragma once
#include <string>
#include <string_view>

#include "core/dtype.h"
#include "core/stream.h"

namespace sidestep::bench {

/// What a machine can do at most.
struct Ceilings {
  double matrix_flops = 0;  ///< products, attention, convolutions: tensor cores for 16-bit operands
  double vector_flops = 0;  ///< everything else
  double memory_bytes = 0;  ///< bytes/s

  /// The time below which no call can be: its arithmetic or its compulsory traffic, whichever takes longer.
  double floor_seconds(std::string_view op, const Cost& cost) const;
};

/// A card by name, from its data sheet: `h100` (SXM) or `h200`. Throws bench/usage.
Ceilings card_ceilings(const std::string& name, DType dtype);

/// Above the floor: the shares of the ceilings that such kernels reach and what a launch costs, see the constants.
double expected_seconds(const Ceilings& card, std::string_view op, const Cost& cost);

}  // namespace sidestep::bench
