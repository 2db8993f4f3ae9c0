#pragma once
#include "core/device.h"

namespace sidestep::testing {

/// From now on every op of Device::cpu runs on `device`: its operands are uploaded, the op runs there, and what it may have
/// written comes back. All tests, with their float64 references and their bounds, then judge that device's kernels. Overlapping
/// operands stay overlapping, misaligned ones misaligned, and each piece of memory is its own allocation, so that
/// compute-sanitizer sees every access beyond it. On Device::cpu the CPU's own ops run on copies: a test of the detour itself.
/// Throws native/device-unavailable.
void run_cpu_ops_on(Device device);

}  // namespace sidestep::testing
