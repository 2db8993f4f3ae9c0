#pragma once
#include "bench/arguments.h"
#include "core/stream.h"

namespace sidestep::bench {

/// From `--backend cpu|cuda` and `--threads N` (0 or absent: all cores). Throws bench/usage, native/device-unavailable.
Stream open_stream(const Arguments& arguments);

}  // namespace sidestep::bench
