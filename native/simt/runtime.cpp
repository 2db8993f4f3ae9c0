// CUDA's runtime interface on two fake cards. Their queues are those of the fake CUDA device (fake_cuda/queue.h):
// SIDESTEP_FAKE_CUDA_ORDER says how late work and copies are done, recordings break where CUDA's break. Errors stay until
// cudaGetLastError takes them, as CUDA's do.
#include <cuda.h>
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/error.h"
#include "fake_cuda/limits.h"
#include "fake_cuda/queue.h"
#include "simt/card_memory.h"
#include "simt/grid.h"
#include "simt/report.h"
#include "simt/settings.h"
#include "simt/shared_memory.h"

struct SimtEvent {
  sidestep::fake_cuda::Point point;
};
struct SimtGraph {
  std::shared_ptr<sidestep::fake_cuda::Work> work;
};

namespace {

using namespace sidestep;
using simt::Kind;
using Item = fake_cuda::Kind;

thread_local cudaError_t last_error = cudaSuccess;
thread_local int current_device = 0;

cudaError_t answer(cudaError_t error) {
  if (error != cudaSuccess) last_error = error;
  return error;
}

/// What the queues refuse, they refuse because something is being recorded.
template <typename Body>
cudaError_t unless_recording(const Body& body) {
  try {
    body();
    return cudaSuccess;
  } catch (const Error&) {
    return answer(cudaErrorStreamCaptureUnsupported);
  }
}

fake_cuda::Queue& queue_at(cudaStream_t stream) { return *reinterpret_cast<fake_cuda::Queue*>(stream); }

/// CUDA takes work for a queue of the current device only.
bool foreign(cudaStream_t stream) { return stream == nullptr || queue_at(stream).card != current_device; }

bool is_hopper() { return simt::settings().multiprocessor == simt::Multiprocessor::hopper; }

/// Unless it was told: 9.0, 8.0 with an A100's shared memory, else 8.9.
ComputeCapability capability() {
  const bool a100 = simt::settings().multiprocessor == simt::Multiprocessor::kib_164;
  return fake_cuda::card_capability().value_or(is_hopper() ? ComputeCapability{9, 0} : ComputeCapability{8, a100 ? 0 : 9});
}

bool only_noting() { return simt::settings().launches == simt::Launches::note; }

/// The most dynamic shared memory that each kernel was said to use, where that is more than every kernel may.
struct DynamicShared {
  std::mutex mutex;
  std::map<const void*, int> most;
};
DynamicShared& dynamic_shared_limits() {
  static DynamicShared once;
  return once;
}

size_t most_dynamic_shared(const void* kernel) {
  const std::lock_guard lock(dynamic_shared_limits().mutex);
  const auto found = dynamic_shared_limits().most.find(kernel);
  return found == dynamic_shared_limits().most.end() ? size_t{48} << 10 : static_cast<size_t>(found->second);
}

/// Limits of compute capability 8.0 to 12.0.
bool fits_a_card(const simt::Shape& s) {
  const uint64_t threads = uint64_t{s.block.x} * s.block.y * s.block.z;
  return threads > 0 && threads <= 1024 && s.block.z <= 64 && s.grid.x > 0 && s.grid.y > 0 && s.grid.z > 0 &&
         s.grid.x <= 0x7fffffffU && s.grid.y <= 65535 && s.grid.z <= 65535 && s.shared_bytes <= most_dynamic_shared(s.kernel) &&
         s.argument_bytes <= 32764;
}

/// Bytes that only a queue's work touches, and what the host's own memory takes part in at once.
bool pageable(const void* address) { return !simt::home_of(address).has_value(); }
bool page_locked(const void* address) {
  const auto home = simt::home_of(address);
  return home && home->kind == Kind::page_locked;
}

}  // namespace

namespace sidestep::simt {

void queue_kernel(const Shape& shape, cudaStream_t queue, std::function<void()> thread) {
  if (foreign(queue)) return static_cast<void>(answer(cudaErrorInvalidResourceHandle));
  if (!fits_a_card(shape)) return static_cast<void>(answer(cudaErrorInvalidConfiguration));
  queue_at(queue).add(Item::work, [shape, thread = std::move(thread)] {
    report_launch(shape);
    if (!only_noting()) run_grid(shape, thread);
  });
}

}  // namespace sidestep::simt

/// For the library of products, which is a shared object of its own.
extern "C" __attribute__((visibility("default"))) void sidestep_simt_queue_product(void* stream, const char* name,
                                                                                   void (*run)(void*), void* work,
                                                                                   void (*destroy)(void*)) {
  const std::shared_ptr<void> kept(work, destroy);
  queue_at(static_cast<cudaStream_t>(stream)).add(Item::work, [kept, run, name = std::string(name)] {
    simt::report_product(name);
    if (!only_noting()) run(kept.get());
  });
}

cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }
const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "cudaSuccess";
    case cudaErrorInvalidValue: return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation: return "cudaErrorMemoryAllocation";
    case cudaErrorInitializationError: return "cudaErrorInitializationError";
    case cudaErrorInvalidConfiguration: return "cudaErrorInvalidConfiguration";
    case cudaErrorInsufficientDriver: return "cudaErrorInsufficientDriver";
    case cudaErrorNoDevice: return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice: return "cudaErrorInvalidDevice";
    case cudaErrorInvalidResourceHandle: return "cudaErrorInvalidResourceHandle";
    case cudaErrorNotSupported: return "cudaErrorNotSupported";
    case cudaErrorSystemNotReady: return "cudaErrorSystemNotReady";
    case cudaErrorSystemDriverMismatch: return "cudaErrorSystemDriverMismatch";
    case cudaErrorStreamCaptureUnsupported: return "cudaErrorStreamCaptureUnsupported";
  }
  return "cudaErrorUnknown";
}
const char* cudaGetErrorString(cudaError_t error) { return cudaGetErrorName(error); }

cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= simt::kCards) return answer(cudaErrorInvalidDevice);
  current_device = device;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) { return *device = current_device, cudaSuccess; }
cudaError_t cudaGetDeviceCount(int* count) {
  simt::settings();  // a word of the environment that is not known is reported by the first call, not in the middle of a kernel
  return *count = simt::kCards, cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  *properties = {};
  std::snprintf(properties->name, sizeof(properties->name), "SIMT machine of the CPU");
  properties->major = capability().major;
  properties->minor = capability().minor;
  properties->multiProcessorCount = 1;
  properties->totalGlobalMem = fake_cuda::card_bytes();
  return cudaSuccess;
}
namespace {
struct Multiprocessors {
  int kib, count;
};
Multiprocessors multiprocessors() {
  switch (simt::settings().multiprocessor) {
    case simt::Multiprocessor::kib_100: return {100, 1};
    case simt::Multiprocessor::kib_164: return {164, 108};
    case simt::Multiprocessor::kib_228:
    case simt::Multiprocessor::hopper: return {228, 132};
  }
  __builtin_unreachable();
}
}  // namespace
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  switch (attribute) {
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor: *value = multiprocessors().kib << 10; break;
    case cudaDevAttrMultiProcessorCount: *value = multiprocessors().count; break;
    case cudaDevAttrComputeCapabilityMajor: *value = capability().major; break;
    case cudaDevAttrComputeCapabilityMinor: *value = capability().minor; break;
    case cudaDevAttrMemoryPoolsSupported: *value = fake_cuda::card_has_pools() ? 1 : 0; break;
  }
  return cudaSuccess;
}
cudaError_t cudaGetDriverEntryPointByVersion(const char* symbol, void** function, unsigned, unsigned long long,
                                             cudaDriverEntryPointQueryResult* found) {
  const bool known = std::strcmp(symbol, "cuTensorMapEncodeTiled") == 0;
  *function = known ? reinterpret_cast<void*>(&sidestep_simt_encode_tiled) : nullptr;
  *found = known ? cudaDriverEntryPointSuccess : cudaDriverEntryPointSymbolNotFound;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) { return *version = CUDART_VERSION, cudaSuccess; }
cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  *total = fake_cuda::card_bytes();
  *free = *total - std::min(*total, simt::used_bytes(current_device));
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() {
  return unless_recording([] {
    fake_cuda::refuse_while_recording("cudaDeviceSynchronize");
    fake_cuda::finish_card(current_device);
  });
}
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int) {
  *pool = nullptr;
  return fake_cuda::card_has_pools() ? cudaSuccess : answer(cudaErrorNotSupported);
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, size_t) { return cudaSuccess; }  // this pool keeps nothing

cudaError_t cudaMalloc(void** memory, size_t bytes) {
  const cudaError_t refused = unless_recording([] { fake_cuda::refuse_while_recording("cudaMalloc"); });
  if (refused != cudaSuccess) return refused;
  *memory = simt::allocate(Kind::device, current_device, bytes);
  return *memory == nullptr ? answer(cudaErrorMemoryAllocation) : cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
  const cudaError_t refused = unless_recording([] {
    fake_cuda::refuse_while_recording("cudaFree");
    for (int card = 0; card < simt::kCards; ++card) fake_cuda::finish_card(card);  // it waits for the work under way
  });
  if (refused != cudaSuccess) return refused;
  return simt::release(Kind::device, memory) ? cudaSuccess : answer(cudaErrorInvalidValue);
}

/// Of a recording: the memory is the graph's, and as good as new at every replay.
cudaError_t cudaMallocAsync(void** memory, size_t bytes, cudaStream_t stream) {
  if (foreign(stream)) return answer(cudaErrorInvalidResourceHandle);
  if (!fake_cuda::card_has_pools()) return answer(cudaErrorNotSupported);
  *memory = simt::allocate(Kind::device, current_device, bytes);
  if (*memory == nullptr) return answer(cudaErrorMemoryAllocation);
  if (queue_at(stream).recording == nullptr) return cudaSuccess;
  const std::shared_ptr<void> kept(*memory, [](void* p) { simt::release(Kind::device, p); });
  queue_at(stream).add(Item::work, [kept, bytes] {
    if (!only_noting()) std::memset(kept.get(), 0xff, bytes);
  });
  return cudaSuccess;
}
cudaError_t cudaFreeAsync(void* memory, cudaStream_t stream) {
  if (queue_at(stream).recording != nullptr) return cudaSuccess;
  queue_at(stream).add(Item::work, [memory] { simt::release(Kind::device, memory); });
  return cudaSuccess;
}
cudaError_t cudaHostAlloc(void** memory, size_t bytes, unsigned) {
  const cudaError_t refused = unless_recording([] { fake_cuda::refuse_while_recording("cudaHostAlloc"); });
  if (refused != cudaSuccess) return refused;
  *memory = simt::allocate(Kind::page_locked, current_device, bytes);
  return *memory == nullptr ? answer(cudaErrorMemoryAllocation) : cudaSuccess;
}
cudaError_t cudaFreeHost(void* memory) {
  return simt::release(Kind::page_locked, memory) ? cudaSuccess : answer(cudaErrorInvalidValue);
}

cudaError_t cudaMemset(void* memory, int value, size_t bytes) {
  return unless_recording([&] {
    fake_cuda::refuse_while_recording("cudaMemset");
    fake_cuda::finish_card(current_device);
    if (!only_noting()) std::memset(memory, value, bytes);
  });
}
cudaError_t cudaMemsetAsync(void* memory, int value, size_t bytes, cudaStream_t stream) {
  if (foreign(stream)) return answer(cudaErrorInvalidResourceHandle);
  queue_at(stream).add(Item::work, [=] {
    if (!only_noting()) std::memset(memory, value, bytes);
  });
  return cudaSuccess;
}
cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind) {
  return unless_recording([&] {
    fake_cuda::refuse_while_recording("cudaMemcpy");
    fake_cuda::finish_card(current_device);
    std::memmove(to, from, bytes);
  });
}

/// Pageable memory of the host is read and written before the call returns; page-locked memory when the queue comes to it.
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind, cudaStream_t stream) {
  if (foreign(stream)) return answer(cudaErrorInvalidResourceHandle);
  fake_cuda::Queue& queue = queue_at(stream);
  const bool detour = pageable(to) || pageable(from), with_host = detour || page_locked(to) || page_locked(from);
  if (detour && queue.recording != nullptr) return answer(cudaErrorStreamCaptureUnsupported);
  const auto move = [=] {
    if (with_host || !only_noting()) std::memmove(to, from, bytes);
  };
  if (detour)
    queue.run_now(move);
  else
    queue.add(with_host ? Item::copy : Item::work, move);
  return cudaSuccess;
}
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* address) {
  const auto home = simt::home_of(address);
  if (!home)
    *attributes = {cudaMemoryTypeUnregistered, -1};
  else
    *attributes = {home->kind == Kind::device ? cudaMemoryTypeDevice : cudaMemoryTypeHost, home->card};
  return cudaSuccess;
}

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  *stream = reinterpret_cast<cudaStream_t>(fake_cuda::open_queue(current_device).get());
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) { return fake_cuda::close_queue(&queue_at(stream)), cudaSuccess; }
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return unless_recording([&] {
    fake_cuda::refuse_while_recording("cudaStreamSynchronize");
    queue_at(stream).run_all();
  });
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  return unless_recording([&] { fake_cuda::queue_waits(event->point, queue_at(stream)); });
}
cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  *status = queue_at(stream).recording == nullptr ? cudaStreamCaptureStatusNone : cudaStreamCaptureStatusActive;
  return cudaSuccess;
}
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  return fake_cuda::begin_recording(queue_at(stream)), cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  std::shared_ptr<fake_cuda::Work> work = fake_cuda::end_recording(queue_at(stream));
  *graph = work == nullptr ? nullptr : new SimtGraph{std::move(work)};
  return *graph == nullptr ? answer(cudaErrorStreamCaptureUnsupported) : cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* ready, cudaGraph_t graph, unsigned long long) {
  return *ready = new SimtGraph(*graph), cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) { return delete graph, cudaSuccess; }
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
  if (foreign(stream)) return answer(cudaErrorInvalidResourceHandle);
  for (const auto& item : *graph->work) queue_at(stream).add(Item::work, item);
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) { return delete graph, cudaSuccess; }

cudaError_t cudaEventCreate(cudaEvent_t* event) { return *event = new SimtEvent, cudaSuccess; }
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) { return cudaEventCreate(event); }
cudaError_t cudaEventDestroy(cudaEvent_t event) { return delete event, cudaSuccess; }
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return unless_recording([&] { fake_cuda::record(event->point, queue_at(stream)); });
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  return unless_recording([&] {
    fake_cuda::refuse_while_recording("cudaEventSynchronize");
    fake_cuda::host_waits(event->point);
  });
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t, cudaEvent_t) { return *milliseconds = 1, cudaSuccess; }

cudaError_t simt_set_dynamic_shared(const void* kernel, cudaFuncAttribute, int bytes) {
  const size_t most = is_hopper() ? simt::kMostDynamicSharedOfHopper : simt::kMostDynamicShared;
  if (bytes < 0 || static_cast<size_t>(bytes) > most) return answer(cudaErrorInvalidValue);
  const std::lock_guard lock(dynamic_shared_limits().mutex);
  dynamic_shared_limits().most[kernel] = bytes;
  return cudaSuccess;
}
