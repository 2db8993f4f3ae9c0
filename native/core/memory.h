#pragma once
#include <cstddef>
#include <memory>

#include "core/device.h"

namespace sidestep {

/// Uninitialised memory on a device, aligned to 64 bytes (256 on CUDA), freed with its last owner. On Device::plan nothing
/// is allocated and the pointer is null. Throws native/out-of-memory (device, bytes asked for), native/device-unavailable.
std::shared_ptr<void> allocate(Device device, size_t bytes);
/// Host memory that copies to `device` read without a detour: page-locked where its backend offers that, ordinary elsewhere.
/// Page-locking takes time: keep it (see training/staging.h). Throws native/out-of-memory.
std::shared_ptr<void> allocate_staging(Device device, size_t bytes);
void zero_fill(Device device, void* memory, size_t bytes);

/// Counts what this thread asks for on Device::plan while the meter lives: the memory a real run would hold, without one.
/// Meters may nest; the innermost counts.
class PlanMeter {
 public:
  PlanMeter();
  ~PlanMeter();
  PlanMeter(const PlanMeter&) = delete;
  PlanMeter& operator=(const PlanMeter&) = delete;

  size_t held() const;  ///< bytes alive now
  size_t peak() const;  ///< the most there were at once

  struct Count;

 private:
  std::shared_ptr<Count> count_, outer_;
};

/// Synchronous copy; either side may be on the host or on the device.
void copy_bytes(Device to, void* destination, Device from, const void* source, size_t bytes);

/// How the CUDA plugin allocates; it hands this table over when it is loaded (see ops/cuda_plugin.h). Each throws
/// sidestep::Error on failure.
struct DeviceMemory {
  void* (*allocate)(int device_index, size_t bytes);
  void (*release)(int device_index, void* memory) noexcept;
  void (*zero_fill)(int device_index, void* memory, size_t bytes);
  void (*copy)(int device_index, void* destination, const void* source,
               size_t bytes);                     ///< after all work queued on that device so far
  void* (*allocate_pinned)(size_t bytes);         ///< page-locked host memory; may be null; returns null when refused
  void (*release_pinned)(void* memory) noexcept;  ///< null with the above
};
void install_cuda_memory(const DeviceMemory& functions);

}  // namespace sidestep
