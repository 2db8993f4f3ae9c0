#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/memory.h"
#include "ops/backend.h"

namespace sidestep {

/// Raised whenever this struct, Backend, or any op's struct changes: a plugin of another version is refused, not called.
constexpr uint32_t kCudaPluginVersion = 10;

struct CudaDevice {
  char name[256];
  size_t memory_bytes, free_bytes;
  char unusable[256];      ///< why the engine cannot compute on it; empty: it can
  char products[512];      ///< where the library for matrix products was found, or what serves without one
  bool own_products;       ///< without the library: the plugin's own kernels, somewhat slower
  int compute_capability;  ///< ten times it: 89 is 8.9
};

/// CUDA graphs. Between begin and end the thread's work on the stream is noted down and not done; memory may neither be allocated
/// nor read nor written by the host.
struct CudaRecorder {
  void (*begin)(int device_index, void* stream);
  /// Null when something in between could not be recorded. Owned by the caller.
  void* (*end)(int device_index, void* stream);
  void (*replay)(int device_index, void* stream, void* recording);
  void (*release)(int device_index, void* recording) noexcept;
};

/// Points of a queue (cudaEvent_t) that another queue of the same card, or the host, waits for.
struct CudaEvents {
  void* (*create)(int device_index);
  void (*destroy)(int device_index, void* event) noexcept;
  void (*record)(int device_index, void* event, void* stream);
  /// Both return at once for an event that was never recorded; the queue's wait holds up the card, not the host.
  void (*queue_waits)(int device_index, void* event, void* stream);
  void (*host_waits)(int device_index, void* event);
};

/// What the CUDA plugin (sidestep_cuda.so, built from all *_cuda.cu files) offers. It is found beside the program or addon
/// that loads it, or by $SIDESTEP_CUDA_PLUGIN. Functions throw sidestep::Error; streams are cudaStream_t.
struct CudaPlugin {
  uint32_t version;
  Backend backend;
  DeviceMemory memory;
  int (*device_count)();
  CudaDevice (*describe)(int device_index);
  void* (*create_stream)(int device_index);
  void (*destroy_stream)(int device_index, void* stream) noexcept;
  void (*synchronize)(int device_index, void* stream);
  CudaRecorder recorder;
  CudaEvents events;
  /// Frees what is kept for later on a card: idle scratch memory, workspaces of products. Waits for the card. No recording may be
  /// alive that knows of them.
  void (*trim)(int device_index);
  /// Whom the plugin asks when a card refuses it memory: core/relief.h.
  void (*set_relief)(bool (*relieve)(size_t bytes));
};

/// The one symbol with C linkage: `extern "C" const sidestep::CudaPlugin* sidestep_cuda_plugin(uint32_t version)`.
/// Returns null when `version` is not the one it was built for.
using CudaPluginEntry = const CudaPlugin* (*)(uint32_t version);
constexpr const char* kCudaPluginSymbol = "sidestep_cuda_plugin";

/// From now on the plugin is one beside the program, whatever the environment says, that makes two cards up in host memory:
/// `fake-cuda`, whose ops are the CPU's (fake_cuda/plugin.cpp), or `simt`, whose kernels are the CUDA plugin's own, run thread by
/// thread (simt/). False for other names. Only before the first `cuda_plugin()`.
bool choose_fake_card(std::string_view name);

/// Loads the plugin once; throws native/device-unavailable with the reason.
const CudaPlugin& cuda_plugin();

/// Whether its file is there and fits this engine. If so, and `cuda_plugin()` throws, it is the driver or the cards that are in
/// the way.
bool cuda_plugin_opens();

}  // namespace sidestep
