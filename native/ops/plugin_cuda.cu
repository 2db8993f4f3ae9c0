// The plugin's entry, its memory and its streams.
#include <atomic>
#include <cstdio>
#include <string>

#include "core/error.h"
#include "ops/compute_capability.h"
#include "ops/cublaslt_cuda.h"
#include "ops/cuda_check.cuh"
#include "ops/cuda_ops.h"
#include "ops/cuda_plugin.h"
#include "ops/gemm_cuda.cuh"

namespace sidestep::cuda {

namespace {

/// The oldest driver for programs of CUDA 12 and of CUDA 13: table 1 of NVIDIA's "Minor Version Compatibility"
/// (docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html).
constexpr int kOldestDriver = CUDART_VERSION >= 13000 ? 580 : 525;

/// What to do where no card answers.
std::string device_hint(cudaError_t error) {
  int driver = 0;
  switch (error) {
    case cudaErrorInsufficientDriver:
      if (cudaDriverGetVersion(&driver) == cudaSuccess && driver == 0)
        return "The driver's library (libcuda.so.1, on Windows nvcuda.dll) was not found: install NVIDIA's driver, or start the "
               "container with access to "
               "the cards (docker run --gpus all). On the CPU: device: cpu.";
      return "The driver is of CUDA " + std::to_string(driver / 1000) + "." + std::to_string(driver % 1000 / 10) +
             ": install NVIDIA's driver " + std::to_string(kOldestDriver) + " or newer. On the CPU: device: cpu.";
    case cudaErrorNoDevice:
      return "Does CUDA_VISIBLE_DEVICES hide the cards? `nvidia-smi -L` lists those that the driver has. On the CPU: device: "
             "cpu.";
    default:
      return "Does `nvidia-smi` work? After the driver was updated the machine has to be restarted once. On the CPU: device: "
             "cpu.";
  }
}

}  // namespace

void fail(cudaError_t error, const char* call) {
  const std::string what = std::string(call) + ": " + cudaGetErrorName(error) + " (" + cudaGetErrorString(error) + ")";
  cudaGetLastError();  // reported once
  switch (error) {
    case cudaErrorMemoryAllocation:
      throw Error(
          "native/out-of-memory", what,
          "Use shorter songs, a smaller batch, a lower rank, or gradient checkpointing; close other programs on the card.");
    case cudaErrorInsufficientDriver:
    case cudaErrorNoDevice:
    case cudaErrorInitializationError:
    case cudaErrorSystemNotReady:
    case cudaErrorSystemDriverMismatch:
      throw Error("native/device-unavailable", "No CUDA device can be used: " + what, device_hint(error));
    default:
      throw Error("native/cuda-failed", what,
                  "A fault inside an earlier kernel shows up here; run under compute-sanitizer to find it.");
  }
}

cudaStream_t queue_of(const Stream& stream) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(stream.device().index));
  return static_cast<cudaStream_t>(stream.native_handle());
}

namespace {

bool has_pools(int device_index) {
  int supported = 0;
  SIDESTEP_CUDA_CHECK(cudaDeviceGetAttribute(&supported, cudaDevAttrMemoryPoolsSupported, device_index));
  return supported != 0;
}

bool current_device_has_pools() {
  int device = 0;
  SIDESTEP_CUDA_CHECK(cudaGetDevice(&device));
  return has_pools(device);
}

/// Nothing is freed in the middle of a recording.
bool capturing(cudaStream_t queue) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  SIDESTEP_CUDA_CHECK(cudaStreamIsCapturing(queue, &status));
  return status != cudaStreamCaptureStatusNone;
}

std::atomic<bool (*)(size_t)> engine_relief{nullptr};

}  // namespace

bool relieved(cudaError_t error, size_t bytes) {
  const auto relief = engine_relief.load();
  if (error != cudaErrorMemoryAllocation || relief == nullptr || !relief(bytes)) return false;
  cudaGetLastError();
  return true;
}

Scratch::Scratch(size_t bytes, cudaStream_t queue) : queue_(queue), pooled_(current_device_has_pools()) {
  const size_t asked = bytes == 0 ? 1 : bytes;
  const auto ask = [&] { return pooled_ ? cudaMallocAsync(&memory_, asked, queue) : cudaMalloc(&memory_, asked); };
  cudaError_t error = ask();
  while (error != cudaSuccess && !capturing(queue) && relieved(error, asked)) error = ask();
  check(error, pooled_ ? "cudaMallocAsync" : "cudaMalloc");
}
// Without a pool, cudaFree waits for the work that may still use it.
Scratch::~Scratch() { static_cast<void>(pooled_ ? cudaFreeAsync(memory_, queue_) : cudaFree(memory_)); }

namespace {

void* allocate(int device_index, size_t bytes) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  void* memory = nullptr;
  const cudaError_t error = cudaMalloc(&memory, bytes);
  if (error != cudaSuccess) fail(error, ("cudaMalloc of " + std::to_string(bytes) + " bytes").c_str());
  return memory;
}

void release(int, void* memory) noexcept { static_cast<void>(cudaFree(memory)); }

// Memory functions run on the legacy queue, which waits for every stream made below and is waited for by them.
void zero_fill(int device_index, void* memory, size_t bytes) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  SIDESTEP_CUDA_CHECK(cudaMemset(memory, 0, bytes));
}

// Each device has a legacy queue of its own.
void copy_memory(int device_index, void* destination, const void* source, size_t bytes) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  SIDESTEP_CUDA_CHECK(cudaMemcpy(destination, source, bytes, cudaMemcpyDefault));
}

// The card of the newest stream: a thread that only reads files must not wake another one.
std::atomic<int> newest_device{0};

// Page-locked: the card's copy engine reads it while kernels run, at the bus's full rate. Any card may. Null where the system
// refuses: its memory, not the card's, is short.
void* allocate_pinned(size_t bytes) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(newest_device));
  void* memory = nullptr;
  const cudaError_t error = cudaHostAlloc(&memory, bytes, cudaHostAllocPortable);
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    return nullptr;
  }
  check(error, "cudaHostAlloc");
  return memory;
}

void release_pinned(void* memory) noexcept { static_cast<void>(cudaFreeHost(memory)); }

// Throws with the driver's own words where there is no driver; 0 would not say why.
int device_count() {
  int count = 0;
  SIDESTEP_CUDA_CHECK(cudaGetDeviceCount(&count));
  return count;
}

std::string why_unusable(const cudaDeviceProp& properties) {
  return sidestep::why_unusable(properties.name, {properties.major, properties.minor});
}

CudaDevice describe(int device_index) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  cudaDeviceProp properties{};
  SIDESTEP_CUDA_CHECK(cudaGetDeviceProperties(&properties, device_index));
  CudaDevice device{};
  std::snprintf(device.name, sizeof(device.name), "%s", properties.name);
  std::snprintf(device.unusable, sizeof(device.unusable), "%s", why_unusable(properties).c_str());
  std::snprintf(device.products, sizeof(device.products), "%s", cublaslt::library_origin().c_str());
  device.own_products = cublaslt::library() == nullptr;
  device.compute_capability = 10 * properties.major + properties.minor;
  SIDESTEP_CUDA_CHECK(cudaMemGetInfo(&device.free_bytes, &device.memory_bytes));
  return device;
}

// Scratch memory is asked for again in the next step: the pool keeps it. Some virtual cards have no pools; Scratch does without
// there.
void keep_pool(int device_index) {
  if (!has_pools(device_index)) return;
  cudaMemPool_t pool = nullptr;
  SIDESTEP_CUDA_CHECK(cudaDeviceGetDefaultMemPool(&pool, device_index));
  uint64_t threshold = UINT64_MAX;
  SIDESTEP_CUDA_CHECK(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &threshold));
}

void* create_stream(int device_index) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  cudaDeviceProp properties{};
  SIDESTEP_CUDA_CHECK(cudaGetDeviceProperties(&properties, device_index));
  if (const std::string reason = why_unusable(properties); !reason.empty())
    throw Error("native/device-unavailable", reason, "Set device: cpu.");
  keep_pool(device_index);
  newest_device = device_index;
  cudaStream_t stream = nullptr;
  SIDESTEP_CUDA_CHECK(cudaStreamCreate(&stream));
  return stream;
}

void destroy_stream(int device_index, void* stream) noexcept {
  static_cast<void>(cudaSetDevice(device_index));
  release_workspace(device_index, static_cast<cudaStream_t>(stream));
  static_cast<void>(cudaStreamDestroy(static_cast<cudaStream_t>(stream)));
}

void synchronize(int device_index, void* stream) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  SIDESTEP_CUDA_CHECK(cudaStreamSynchronize(static_cast<cudaStream_t>(stream)));
}

// Of this thread alone: another one's memory calls do not break it, though they must not touch the legacy queue meanwhile.
void begin_recording(int device_index, void* stream) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  SIDESTEP_CUDA_CHECK(cudaStreamBeginCapture(static_cast<cudaStream_t>(stream), cudaStreamCaptureModeThreadLocal));
}

void* end_recording(int device_index, void* stream) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t ready = nullptr;
  if (cudaStreamEndCapture(static_cast<cudaStream_t>(stream), &graph) == cudaSuccess && graph != nullptr &&
      cudaGraphInstantiate(&ready, graph, 0) != cudaSuccess)
    ready = nullptr;
  if (graph != nullptr) static_cast<void>(cudaGraphDestroy(graph));
  static_cast<void>(cudaGetLastError());  // what could not be recorded is run as it is
  return ready;
}

void replay(int device_index, void* stream, void* recording) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  SIDESTEP_CUDA_CHECK(cudaGraphLaunch(static_cast<cudaGraphExec_t>(recording), static_cast<cudaStream_t>(stream)));
}

void release_recording(int device_index, void* recording) noexcept {
  static_cast<void>(cudaSetDevice(device_index));
  static_cast<void>(cudaDeviceSynchronize());  // it may still be at work
  static_cast<void>(cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(recording)));
}

void* create_event(int device_index) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  cudaEvent_t event = nullptr;
  SIDESTEP_CUDA_CHECK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  return event;
}

void destroy_event(int device_index, void* event) noexcept {
  static_cast<void>(cudaSetDevice(device_index));
  static_cast<void>(cudaEventDestroy(static_cast<cudaEvent_t>(event)));
}

void record_event(int device_index, void* event, void* stream) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  SIDESTEP_CUDA_CHECK(cudaEventRecord(static_cast<cudaEvent_t>(event), static_cast<cudaStream_t>(stream)));
}

void queue_waits(int device_index, void* event, void* stream) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  SIDESTEP_CUDA_CHECK(cudaStreamWaitEvent(static_cast<cudaStream_t>(stream), static_cast<cudaEvent_t>(event), 0));
}

void host_waits(int device_index, void* event) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  SIDESTEP_CUDA_CHECK(cudaEventSynchronize(static_cast<cudaEvent_t>(event)));
}

void trim(int device_index) {
  SIDESTEP_CUDA_CHECK(cudaSetDevice(device_index));
  SIDESTEP_CUDA_CHECK(cudaDeviceSynchronize());
  release_workspaces(device_index);
  if (!has_pools(device_index)) return;
  cudaMemPool_t pool = nullptr;
  SIDESTEP_CUDA_CHECK(cudaDeviceGetDefaultMemPool(&pool, device_index));
  SIDESTEP_CUDA_CHECK(cudaMemPoolTrimTo(pool, 0));
}

void set_relief(bool (*relieve)(size_t)) { engine_relief = relieve; }

const CudaPlugin kPlugin = {
    kCudaPluginVersion,
    {"cuda",
#define SIDESTEP_CUDA_OP(Struct, function) &cuda::function,
     SIDESTEP_OPS(SIDESTEP_CUDA_OP)
#undef SIDESTEP_CUDA_OP
    },
    {&allocate, &release, &zero_fill, &copy_memory, &allocate_pinned, &release_pinned},
    &device_count,
    &describe,
    &create_stream,
    &destroy_stream,
    &synchronize,
    {&begin_recording, &end_recording, &replay, &release_recording},
    {&create_event, &destroy_event, &record_event, &queue_waits, &host_waits},
    &trim,
    &set_relief,
};

}  // namespace
}  // namespace sidestep::cuda

#ifdef _MSC_VER
#define SIDESTEP_EXPORT __declspec(dllexport)
#else
#define SIDESTEP_EXPORT __attribute__((visibility("default")))
#endif

extern "C" SIDESTEP_EXPORT const sidestep::CudaPlugin* sidestep_cuda_plugin(uint32_t version) {
  return version == sidestep::kCudaPluginVersion ? &sidestep::cuda::kPlugin : nullptr;
}
