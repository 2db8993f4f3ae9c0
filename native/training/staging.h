#pragma once
#include <memory>

#include "core/tensor.h"

namespace sidestep {

/// Host memory for batches on their way to a device, used again and again: page-locking it is slow. Thread-safe.
class Staging {
 public:
  explicit Staging(Device device);
  /// Uninitialised; comes back to the pool with its last owner, which may outlive this object.
  Storage take(DType dtype, const Shape& shape) const;

 private:
  struct Pool;
  std::shared_ptr<Pool> pool_;
};

}  // namespace sidestep
