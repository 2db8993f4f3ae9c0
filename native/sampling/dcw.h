#pragma once
#include <span>

#include "sampling/guidance.h"
#include "sampling/options.h"

namespace sidestep {

/// Moves x [T, C] away from the predicted clean latents: every band b of the Haar transform along time becomes
/// b + t scaler (b - that of `clean`). Of an odd number of frames the last one is paired with zeros.
void apply_dcw(const DcwOptions& options, std::span<float> x, std::span<const float> clean, float t, Frames shape);

}  // namespace sidestep
