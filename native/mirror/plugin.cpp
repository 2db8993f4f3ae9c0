// A CUDA plugin without CUDA: two cards made up of host memory, whose ops are the CPU's. It loads as the real one does, its memory is as
// far from the host's as a real card's, and so every program of the engine, the addon too, can run on `cuda:0` and `cuda:1`
// on a machine that has neither: SIDESTEP_CUDA_PLUGIN=sidestep_mirror.so.
#include "ops/cuda_plugin.h"

#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "core/error.h"
#include "mirror/card_memory.h"
#include "testing/operand_bytes.h"

namespace sidestep::mirror {
namespace {

using Work = std::vector<std::function<void()>>;

/// What a stream's handle points to: the CPU's stream that does the work, and what is being recorded instead of done.
struct Queue {
  int card;
  Stream stream;
  std::unique_ptr<Work> recording{};
};

thread_local int recordings_begun = 0;

/// As CUDA does: what waits for a queue, or goes around it, breaks the recording.
void refuse_while_recording(const char* call) {
  if (recordings_begun > 0) throw Error("native/cuda-failed", std::string(call) + ": not permitted while work is being recorded");
}

Queue& queue_of(const Stream& stream, const char* op) {
  auto& queue = *static_cast<Queue*>(stream.native_handle());
  if (queue.card != stream.device().index)
    throw Error("native/cuda-failed", std::string(op) + ": a stream of card " + std::to_string(queue.card) + " was used as one of card " +
                                          std::to_string(stream.device().index));
  return queue;
}

/// The same view through the card's eyes.
template <typename Pointer>
BasicTensor<Pointer> seen(const BasicTensor<Pointer>& t, int card, const char* op) {
  const Device expected{DeviceKind::cuda, card};
  if (!(t.device() == expected))
    throw Error("native/device-mismatch", std::string(op) + ": an operand " + t.shape().to_string() + " does not lie on card " +
                                              std::to_string(card));
  if (t.numel() == 0) return {nullptr, t.dtype(), t.shape(), t.strides(), Device{}};
  const testing::ByteRange range = testing::bytes_of(t);
  return {seen_by(card, range.begin, range.bytes(), op), t.dtype(), t.shape(), t.strides(), Device{}};
}

template <typename Op>
void run(const Op& given, void (*function)(const Op&, Stream&), const char* name, Stream& stream) {
  Queue& queue = queue_of(stream, name);
  const auto work = [given, function, name, &queue] {
    Op op = given;
    testing::each_operand(op, [&](auto& t) { t = seen(t, queue.card, name); });
    function(op, queue.stream);
  };
  if (queue.recording) queue.recording->push_back(work);
  else work();
}

/// Either side's bytes as the host can move them.
std::byte* movable(const Device& device, const void* address, size_t bytes) {
  if (device.kind == DeviceKind::cuda) return seen_by(device.index, address, bytes, "transfer");
  if (card_of(address) >= 0) throw Error("native/cuda-failed", "transfer: a card's memory was said to be the host's");
  return static_cast<std::byte*>(const_cast<void*>(address));
}

void run(const Transfer& op, void (*)(const Transfer&, Stream&), const char* name, Stream& stream) {
  queue_of(stream, name);
  refuse_while_recording("cudaMemcpyAsync of pageable memory");
  const size_t bytes = op.src.bytes();
  if (bytes != 0) std::memmove(movable(op.dst.device(), op.dst.raw(), bytes), movable(op.src.device(), op.src.raw(), bytes), bytes);
}

#define SIDESTEP_MIRROR_OP(Struct, function) \
  void mirrored_##function(const Struct& op, Stream& stream) { run(op, &cpu::function, #function, stream); }
SIDESTEP_OPS(SIDESTEP_MIRROR_OP)
#undef SIDESTEP_MIRROR_OP

void* allocate_now(int card, size_t bytes) {
  refuse_while_recording("cudaMalloc");
  return allocate(card, bytes);
}

void zero_fill(int card, void* memory, size_t bytes) {
  refuse_while_recording("cudaMemset");
  std::memset(seen_by(card, memory, bytes, "cudaMemset"), 0, bytes);
}

void copy(int card, void* destination, const void* source, size_t bytes) {
  refuse_while_recording("cudaMemcpy");
  if (card_of(destination) != card && card_of(source) != card)
    throw Error("native/cuda-failed", "cudaMemcpy: card " + std::to_string(card) + " was told to copy what is not its own");
  const auto here = [bytes](const void* address) {
    const int home = card_of(address);
    return home < 0 ? static_cast<std::byte*>(const_cast<void*>(address)) : seen_by(home, address, bytes, "cudaMemcpy");
  };
  std::memmove(here(destination), here(source), bytes);
}

int device_count() { return kCards; }

CudaDevice describe(int card) {
  CudaDevice device{};
  std::snprintf(device.name, sizeof(device.name), "mirror of the CPU, no card");
  device.memory_bytes = kCardBytes;
  device.free_bytes = kCardBytes - used_bytes(card);
  return device;
}

void* create_stream(int card) { return new Queue{card, Stream(Device{}, std::make_shared<ThreadPool>(0))}; }
void destroy_stream(int, void* stream) noexcept { delete static_cast<Queue*>(stream); }
void synchronize(int card, void* stream) {
  refuse_while_recording("cudaStreamSynchronize");
  if (static_cast<Queue*>(stream)->card != card)
    throw Error("native/cuda-failed", "A stream of another card was waited for");
}

void begin_recording(int, void* stream) {
  static_cast<Queue*>(stream)->recording = std::make_unique<Work>();
  ++recordings_begun;
}
void* end_recording(int, void* stream) {
  --recordings_begun;
  return static_cast<Queue*>(stream)->recording.release();
}
void replay(int, void*, void* recording) {
  for (const auto& work : *static_cast<Work*>(recording)) work();
}
void release_recording(int, void* recording) noexcept { delete static_cast<Work*>(recording); }

const CudaPlugin kPlugin = {
    kCudaPluginVersion,
    {
        "mirror",
#define SIDESTEP_MIRROR_OP(Struct, function) &mirrored_##function,
        SIDESTEP_OPS(SIDESTEP_MIRROR_OP)
#undef SIDESTEP_MIRROR_OP
    },
    {&allocate_now, &release, &zero_fill, &copy},
    &device_count,
    &describe,
    &create_stream,
    &destroy_stream,
    &synchronize,
    {&begin_recording, &end_recording, &replay, &release_recording},
};

}  // namespace
}  // namespace sidestep::mirror

extern "C" __attribute__((visibility("default"))) const sidestep::CudaPlugin* sidestep_cuda_plugin(uint32_t version) {
  return version == sidestep::kCudaPluginVersion ? &sidestep::mirror::kPlugin : nullptr;
}
