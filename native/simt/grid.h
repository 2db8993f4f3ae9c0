#pragma once
#include <functional>

#include "simt/queue_kernel.h"

namespace sidestep::simt {

/// Every block of a launch, spread over the host's threads; returns when all are done. One launch at a time.
void run_grid(const Shape& shape, const std::function<void()>& thread);

}  // namespace sidestep::simt
