#pragma once
#include <cstddef>
#include <memory>

#include "core/tensor.h"

namespace sidestep {

/// Stack allocator for activations: one block of memory sized before the run, handed out in order, released by rewinding.
/// On Device::plan it owns nothing and only measures, so `high_water()` of a planned run is the size a real one needs.
/// Throws native/arena-exhausted (with needed and planned bytes) when the block is full.
class Arena {
 public:
  Arena(Device device, size_t capacity_bytes);
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Uninitialised, 64-byte aligned (256 on CUDA).
  Tensor alloc(DType dtype, const Shape& shape);

  size_t used() const { return used_; }
  size_t high_water() const { return high_water_; }
  size_t capacity() const { return capacity_; }
  Device device() const { return device_; }

  /// Everything allocated after construction is released on destruction: `Arena::Scope scope(arena);`
  class Scope {
   public:
    explicit Scope(Arena& arena) : arena_(arena), mark_(arena.used_) {}
    ~Scope() { arena_.used_ = mark_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Arena& arena_;
    size_t mark_;
  };

 private:
  Device device_;
  std::shared_ptr<std::byte> memory_;
  size_t capacity_ = 0, used_ = 0, high_water_ = 0;
};

}  // namespace sidestep
