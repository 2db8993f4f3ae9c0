#pragma once
#include <cstdlib>
#include <string>

namespace sidestep::testing {

/// The orders in which a card might do what it was told (mirror/queue.h). Elsewhere they say nothing.
constexpr const char* kOrders[] = {"prompt", "late_copies", "late_work", "late"};

/// Streams that are opened while this lives go by that order.
class MirrorOrder {
 public:
  explicit MirrorOrder(const char* order) { ::setenv("SIDESTEP_MIRROR_ORDER", order, 1); }
  ~MirrorOrder() { ::unsetenv("SIDESTEP_MIRROR_ORDER"); }
  MirrorOrder(const MirrorOrder&) = delete;
  MirrorOrder& operator=(const MirrorOrder&) = delete;
};

}  // namespace sidestep::testing
