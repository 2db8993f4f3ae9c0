#include "core/memory.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>
#include <string>

#include "core/error.h"
#include "core/relief.h"

namespace sidestep {
namespace {

constexpr size_t kHostAlignment = 64;  // one cache line, one AVX-512 register
// A request beyond any machine's memory is refused here: the library would refuse it too, but a sanitizer takes the
// attempt for a bug.
constexpr size_t kMostHostBytes = size_t{1} << 40;

// Filled once, before the first CUDA allocation, by the code that loads the plugin.
std::optional<DeviceMemory> cuda_memory;

}  // namespace

struct PlanMeter::Count : std::enable_shared_from_this<PlanMeter::Count> {
  size_t held = 0, peak = 0;
};

namespace {

thread_local PlanMeter::Count* current_meter = nullptr;  // of a PlanMeter that lives

/// No memory, but what is released with the last owner is uncounted where it was counted.
std::shared_ptr<void> allocate_planned(size_t bytes) {
  if (!current_meter) return nullptr;
  current_meter->held += bytes;
  current_meter->peak = std::max(current_meter->peak, current_meter->held);
  return {nullptr, [count = current_meter->shared_from_this(), bytes](void*) { count->held -= bytes; }};
}

const DeviceMemory& cuda() {
  if (!cuda_memory)
    throw Error("native/device-unavailable", "Memory on a CUDA device was asked for before its backend was loaded",
                "Open a Stream on the device first.");
  return *cuda_memory;
}

/// As often as this thread gives something back for it.
void* allocate_on_card(const DeviceMemory& functions, int index, size_t bytes) {
  for (;;) {
    try {
      return functions.allocate(index, bytes);
    } catch (const Error& refused) {
      if (refused.code() != "native/out-of-memory" || !relieve(bytes)) throw;
    }
  }
}

std::shared_ptr<void> allocate_host(size_t bytes) {
  const size_t rounded = (bytes + kHostAlignment - 1) / kHostAlignment * kHostAlignment;
  void* memory = bytes >= kMostHostBytes ? nullptr : ::operator new (rounded, std::align_val_t{kHostAlignment}, std::nothrow);
  if (memory == nullptr)
    throw Error("native/out-of-memory", "Could not allocate " + std::to_string(bytes) + " bytes of host memory",
                "Use shorter songs, a smaller batch, a lower rank, or gradient checkpointing.");
  return {memory, [](void* p) { ::operator delete (p, std::align_val_t{kHostAlignment}); }};
}

/// Not a card's shortage: keeping less on the card would not help.
[[noreturn]] void refuse_staging(size_t bytes) {
  throw Error("native/page-locked-memory",
              "The system page-locks no more memory for the card: " + std::to_string(bytes) + " bytes were asked for",
              "Layers and activations that wait on the host lie in such memory. Close other programs; in WSL 2 raise memory in "
              ".wslconfig. Or let less wait there: base_precision: 8bit, a lower rank, shorter crops, offload: false.");
}

}  // namespace

PlanMeter::PlanMeter()
    : count_(std::make_shared<Count>()), outer_(current_meter == nullptr ? nullptr : current_meter->shared_from_this()) {
  current_meter = count_.get();
}
PlanMeter::~PlanMeter() { current_meter = outer_.get(); }
size_t PlanMeter::held() const { return count_->held; }
size_t PlanMeter::peak() const { return count_->peak; }

void install_cuda_memory(const DeviceMemory& functions) { cuda_memory = functions; }

std::shared_ptr<void> allocate(Device device, size_t bytes) {
  if (bytes == 0) bytes = 1;  // a valid, distinct pointer also for empty tensors
  switch (device.kind) {
    case DeviceKind::plan: return allocate_planned(bytes);
    case DeviceKind::cpu: return allocate_host(bytes);
    case DeviceKind::cuda: {
      const DeviceMemory& functions = cuda();
      return {allocate_on_card(functions, device.index, bytes),
              [release = functions.release, index = device.index](void* p) { release(index, p); }};
    }
  }
  __builtin_unreachable();
}

std::shared_ptr<void> allocate_staging(Device device, size_t bytes) {
  if (device.kind != DeviceKind::cuda || cuda().allocate_pinned == nullptr) return allocate({}, bytes);
  const DeviceMemory& functions = cuda();
  void* memory = functions.allocate_pinned(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) refuse_staging(bytes);
  return {memory, [release = functions.release_pinned](void* p) { release(p); }};
}

void zero_fill(Device device, void* memory, size_t bytes) {
  switch (device.kind) {
    case DeviceKind::plan: return;
    case DeviceKind::cpu: std::memset(memory, 0, bytes); return;
    case DeviceKind::cuda: cuda().zero_fill(device.index, memory, bytes); return;
  }
  __builtin_unreachable();
}

void copy_bytes(Device to, void* destination, Device from, const void* source, size_t bytes) {
  if (to.kind == DeviceKind::plan || from.kind == DeviceKind::plan || bytes == 0) return;
  if (to.kind == DeviceKind::cpu && from.kind == DeviceKind::cpu)
    std::memcpy(destination, source, bytes);
  else
    cuda().copy(to.kind == DeviceKind::cuda ? to.index : from.index, destination, source, bytes);
}

}  // namespace sidestep
