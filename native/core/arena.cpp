#include "core/arena.h"

#include <algorithm>

#include "core/error.h"
#include "core/memory.h"

namespace sidestep {
namespace {

// The same on every device, so that a planned run measures what a real one needs. 256 bytes suit CUDA's wide loads and
// keep two tensors out of one cache line on the CPU.
constexpr size_t kAlignment = 256;

}  // namespace

Arena::Arena(Device device, size_t capacity_bytes) : device_(device), capacity_(capacity_bytes) {
  if (device.kind == DeviceKind::plan) return;
  // Room to align the first tensor: host memory comes aligned to 64 bytes only.
  const std::shared_ptr<void> block = allocate(device, capacity_bytes + kAlignment);
  auto* first = static_cast<std::byte*>(block.get());
  first += (kAlignment - reinterpret_cast<uintptr_t>(first) % kAlignment) % kAlignment;
  memory_ = std::shared_ptr<std::byte>(block, first);
}

Tensor Arena::alloc(DType dtype, const Shape& shape) {
  const size_t bytes = static_cast<size_t>(shape.numel()) * dtype_size(dtype);
  const size_t begin = (used_ + kAlignment - 1) / kAlignment * kAlignment;
  const size_t end = begin + bytes;
  if (device_.kind != DeviceKind::plan && end > capacity_)
    throw Error("native/arena-exhausted",
                "A tensor " + shape.to_string() + " needs " + std::to_string(end) + " bytes of activation memory where " +
                    std::to_string(capacity_) + " were planned",
                "This is a defect in the memory plan: please report the model's config.json and the batch shape.");
  used_ = end;
  high_water_ = std::max(high_water_, used_);
  std::byte* data = device_.kind == DeviceKind::plan ? nullptr : memory_.get() + begin;
  return Tensor(data, dtype, shape, device_);
}

}  // namespace sidestep
