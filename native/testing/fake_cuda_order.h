#pragma once
#include "testing/variable.h"

namespace sidestep::testing {

/// The orders in which a card might do its queued work (fake_cuda/queue.h). Elsewhere they say nothing.
constexpr const char* kOrders[] = {"prompt", "late_copies", "late_work", "late"};

/// Streams that are opened while this lives go by that order.
struct FakeCudaOrder : Variable {
  explicit FakeCudaOrder(const char* order) : Variable("SIDESTEP_FAKE_CUDA_ORDER", order) {}
};

}  // namespace sidestep::testing
