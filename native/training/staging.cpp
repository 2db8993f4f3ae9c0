#include "training/staging.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "core/memory.h"

namespace sidestep {

struct Staging::Pool {
  struct Buffer {
    std::shared_ptr<void> memory;
    size_t bytes = 0;
    std::shared_ptr<const Event> until{};

    void wait() const {
      if (until) until->wait();
    }
  };

  Device device;
  std::mutex mutex;
  std::vector<Buffer> idle;

  /// The smallest that is large enough. One that is too small makes way: songs only get so long, so buffers soon fit them all.
  Buffer take(size_t bytes) {
    Buffer found = chosen(bytes);
    found.wait();
    if (found.bytes >= bytes) return found;
    return {allocate_staging(device, bytes), bytes};
  }

  Buffer chosen(size_t bytes) {
    const std::lock_guard lock(mutex);
    std::sort(idle.begin(), idle.end(), [](const Buffer& a, const Buffer& b) { return a.bytes < b.bytes; });
    const auto fitting = std::find_if(idle.begin(), idle.end(), [&](const Buffer& b) { return b.bytes >= bytes; });
    if (idle.empty()) return {};
    const auto place = fitting == idle.end() ? idle.begin() : fitting;
    const Buffer found = *place;
    idle.erase(place);
    return found;
  }

  void give_back(const Buffer& buffer) {
    const std::lock_guard lock(mutex);
    idle.push_back(buffer);
  }
};

Staging::Staging(Device device) : pool_(std::make_shared<Pool>()) { pool_->device = device; }

Storage Staging::take(DType dtype, const Shape& shape, std::shared_ptr<const Event> until) const {
  Pool::Buffer buffer = pool_->take(static_cast<size_t>(shape.numel()) * dtype_size(dtype));
  buffer.until = std::move(until);
  std::shared_ptr<void> lent(buffer.memory.get(), [pool = pool_, buffer](void*) { pool->give_back(buffer); });
  return {std::move(lent), dtype, shape};
}

}  // namespace sidestep
