#pragma once
#include <memory>

#include "core/tensor.h"
#include "ops/event.h"

namespace sidestep {

/// Host memory for batches on their way to a device, used again and again: page-locking it is slow. Thread-safe.
class Staging {
 public:
  explicit Staging(Device device);
  /// Uninitialised; comes back to the pool with its last owner, which may outlive this object. With `until` it is lent again, or
  /// freed, only after that point: a card may still be reading it when the host is done with it.
  Storage take(DType dtype, const Shape& shape, std::shared_ptr<const Event> until = {}) const;

 private:
  struct Pool;
  std::shared_ptr<Pool> pool_;
};

}  // namespace sidestep
