#include <utility>

#include "core/memory.h"
#include "core/tensor.h"

namespace sidestep {

Storage::Storage(DType dtype, const Shape& shape, Device device) {
  const size_t bytes = static_cast<size_t>(shape.numel()) * dtype_size(dtype);
  memory_ = allocate(device, bytes);
  zero_fill(device, memory_.get(), bytes);
  tensor_ = Tensor(memory_.get(), dtype, shape, device);
}

Storage::Storage(std::shared_ptr<void> memory, DType dtype, const Shape& shape, Device device)
    : memory_(std::move(memory)), tensor_(memory_.get(), dtype, shape, device) {}

}  // namespace sidestep
