#pragma once
#include <cstdint>
#include <memory>

#include "core/memory.h"
#include "core/platform/thread.h"

namespace sidestep::cpu {

/// Memory of one thread that grows to the largest size asked for and is used again: `thread_local ThreadScratch scratch;`. It has
/// no destructor (core/platform/thread.h); what it holds goes when its thread ends.
class ThreadScratch {
 public:
  /// 64-byte aligned, not initialised.
  float* at_least(int64_t floats) {
    if (floats > size_) grow(floats);
    return data_;
  }

 private:
  using Memory = std::shared_ptr<void>;

  void grow(int64_t floats) {
    if (memory_ == nullptr) {
      memory_ = new Memory;
      platform::at_thread_exit(memory_, [](void* memory) { delete static_cast<Memory*>(memory); });
    }
    size_ = 0;  // should the next line throw
    *memory_ = allocate({}, static_cast<size_t>(floats) * sizeof(float));
    data_ = static_cast<float*>(memory_->get());
    size_ = floats;
  }

  Memory* memory_ = nullptr;
  float* data_ = nullptr;
  int64_t size_ = 0;
};

}  // namespace sidestep::cpu
