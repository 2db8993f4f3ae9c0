// A CUDA plugin without CUDA: two cards (SIDESTEP_FAKE_CUDA_CARDS: so many) made up of host memory, whose ops are the CPU's. It
// loads as the real one does, its memory is as far from the host's as a real card's, and so every program of the engine, the
// addon too, can run on `cuda:0` and `cuda:1` on a machine that has neither: SIDESTEP_CUDA_PLUGIN=sidestep_fake_cuda.so.
#include "ops/cuda_plugin.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "core/error.h"
#include "fake_cuda/card_memory.h"
#include "fake_cuda/foreign.h"
#include "fake_cuda/limits.h"
#include "fake_cuda/queue.h"
#include "testing/operand_bytes.h"

namespace sidestep::fake_cuda {
namespace {

Queue& queue_of(const Stream& stream, const char* op) {
  auto& queue = *static_cast<Queue*>(stream.native_handle());
  if (queue.card != stream.device().index)
    throw Error("native/cuda-failed", std::string(op) + ": a stream of card " + std::to_string(queue.card) +
                                          " was used as one of card " + std::to_string(stream.device().index));
  return queue;
}

/// The same view through the card's eyes.
template <typename Pointer>
BasicTensor<Pointer> seen(const BasicTensor<Pointer>& t, int card, const char* op) {
  const Device expected{DeviceKind::cuda, card};
  if (!(t.device() == expected))
    throw Error("native/device-mismatch",
                std::string(op) + ": an operand " + t.shape().to_string() + " does not lie on card " + std::to_string(card));
  if (t.numel() == 0) return {nullptr, t.dtype(), t.shape(), t.strides(), Device{}};
  const testing::ByteRange range = testing::bytes_of(t);
  return {seen_by(card, range.begin, range.bytes(), op), t.dtype(), t.shape(), t.strides(), Device{}};
}

template <typename Op>
void run(const Op& given, void (*function)(const Op&, Stream&), const char* name, Stream& stream) {
  Queue& queue = queue_of(stream, name);
  Op op = given;
  testing::each_operand(op, [&](auto& t) { t = seen(t, queue.card, name); });
  queue.add(Kind::work, [op, function, &queue] { function(op, queue.stream); });
}

/// Either side's bytes as the host can move them.
std::byte* movable(const Device& device, const void* address, size_t bytes) {
  if (device.kind == DeviceKind::cuda) return seen_by(device.index, address, bytes, "transfer");
  if (card_of(address) >= 0) throw Error("native/cuda-failed", "transfer: a card's memory was said to be the host's");
  return static_cast<std::byte*>(const_cast<void*>(address));
}

bool page_locked(const ConstTensor& t) { return t.device().kind == DeviceKind::cpu && is_page_locked(t.raw(), t.bytes()); }
bool pageable(const ConstTensor& t) { return t.device().kind == DeviceKind::cpu && !page_locked(t); }

/// Page-locked memory is read when the queue comes to it, and with `none` written then too; other memory of the host before the
/// call returns.
void run(const Transfer& op, void (*)(const Transfer&, Stream&), const char* name, Stream& stream) {
  Queue& queue = queue_of(stream, name);
  const size_t bytes = op.src.bytes();
  if (bytes == 0) return;
  const bool waits = op.wait == Transfer::Wait::for_host, detour = pageable(op.src) || pageable(op.dst);
  if (waits)
    refuse_while_recording("cudaMemcpyAsync");
  else if (detour)
    throw Error("native/cuda-failed", "transfer: without a wait the host's side must be page-locked");
  std::byte* to = movable(op.dst.device(), op.dst.raw(), bytes);
  const std::byte* from = movable(op.src.device(), op.src.raw(), bytes);
  const auto move = [to, from, bytes] { std::memmove(to, from, bytes); };
  if (detour || (waits && page_locked(op.dst)))
    queue.run_now(move);
  else
    queue.add(page_locked(op.src) || page_locked(op.dst) ? Kind::copy : Kind::work, move);
}

/// As the CUDA plugin: its kernels widen nothing.
void run(const Gemm& op, void (*function)(const Gemm&, Stream&), const char* name, Stream& stream) {
  if (op.a.dtype() != op.b.dtype()) throw Error("native/dtype-mismatch", "gemm on a card: expected a and b of one dtype");
  run<Gemm>(op, function, name, stream);
}

bool (*engine_relief)(size_t) = nullptr;

/// What a card's kernels take for a moment, where they must: asked for again as long as the engine gives something back, but
/// while a recording is made.
void take_scratch(const Queue& queue) {
  while (refuses_scratch())
    if (queue.recording || engine_relief == nullptr || !engine_relief(1))
      throw Error("native/out-of-memory", "The fake CUDA card " + std::to_string(queue.card) + " has no scratch memory left");
}

/// As the CUDA plugin: the gradients of the scores are in memory for a moment.
void run(const AttentionBackward& op, void (*function)(const AttentionBackward&, Stream&), const char* name, Stream& stream) {
  take_scratch(queue_of(stream, name));
  run<AttentionBackward>(op, function, name, stream);
}

#define SIDESTEP_FAKE_CUDA_OP(Struct, function) \
  void queued_##function(const Struct& op, Stream& stream) { run(op, &cpu::function, #function, stream); }
SIDESTEP_OPS(SIDESTEP_FAKE_CUDA_OP)
#undef SIDESTEP_FAKE_CUDA_OP

void* allocate_now(int card, size_t bytes) {
  refuse_while_recording("cudaMalloc");
  return allocate(card, bytes);
}

void release_now(int card, void* address) noexcept {
  finish_card(card);  // as cudaFree does
  release(card, address);
}

void zero_fill(int card, void* memory, size_t bytes) {
  refuse_while_recording("cudaMemset");
  finish_card(card);
  std::memset(seen_by(card, memory, bytes, "cudaMemset"), 0, bytes);
}

void copy(int card, void* destination, const void* source, size_t bytes) {
  refuse_while_recording("cudaMemcpy");
  finish_card(card);
  if (card_of(destination) != card && card_of(source) != card)
    throw Error("native/cuda-failed",
                "cudaMemcpy: card " + std::to_string(card) + " was asked to copy memory that is not its own");
  const auto here = [bytes](const void* address) {
    const int home = card_of(address);
    return home < 0 ? static_cast<std::byte*>(const_cast<void*>(address)) : seen_by(home, address, bytes, "cudaMemcpy");
  };
  std::memmove(here(destination), here(source), bytes);
}

int device_count() { return card_count(); }

CudaDevice describe(int card) {
  CudaDevice device{};
  std::snprintf(device.name, sizeof(device.name), "fake CUDA card of the CPU");
  device.memory_bytes = card_bytes();
  device.free_bytes = device.memory_bytes - std::min(device.memory_bytes, used_bytes(card));
  const ComputeCapability known = card_capability().value_or(ComputeCapability{9, 0});  // the CPU computes whatever a card does
  device.compute_capability = 10 * known.major + known.minor;
  std::snprintf(device.products, sizeof(device.products), "the CPU's product");
  std::snprintf(device.unusable, sizeof(device.unusable), "%s",
                why_unusable(device.name, card_capability().value_or(ComputeCapability{8, 0})).c_str());
  return device;
}

void* create_stream(int card) {
  if (const CudaDevice device = describe(card); device.unusable[0] != '\0')
    throw Error("native/device-unavailable", device.unusable, "Set device: cpu.");
  make_current(card);
  return open_queue(card).get();
}
void destroy_stream(int, void* stream) noexcept { close_queue(static_cast<Queue*>(stream)); }
void synchronize(int card, void* stream) {
  refuse_while_recording("cudaStreamSynchronize");
  if (static_cast<Queue*>(stream)->card != card) throw Error("native/cuda-failed", "A stream of another card was waited for");
  static_cast<Queue*>(stream)->run_all();
}

void begin(int, void* stream) { begin_recording(*static_cast<Queue*>(stream)); }
void* end(int, void* stream) { return end_recording(*static_cast<Queue*>(stream)).release(); }
void replay(int, void* stream, void* recording) {
  for (const auto& work : *static_cast<Work*>(recording)) static_cast<Queue*>(stream)->add(Kind::work, work);
}
void release_recording(int card, void* recording) noexcept {
  finish_card(card);
  delete static_cast<Work*>(recording);
}

void* create_event(int) { return new Point; }
void destroy_event(int, void* event) noexcept { delete static_cast<Point*>(event); }
void record_event(int card, void* event, void* stream) {
  make_current(card);
  record(*static_cast<Point*>(event), *static_cast<Queue*>(stream));
}
void wait_in_queue(int card, void* event, void* stream) {
  make_current(card);
  queue_waits(*static_cast<Point*>(event), *static_cast<Queue*>(stream));
}
void wait_on_host(int, void* event) {
  refuse_while_recording("cudaEventSynchronize");
  host_waits(*static_cast<Point*>(event));
}

const CudaPlugin kPlugin = {
    kCudaPluginVersion,
    {"fake-cuda",
#define SIDESTEP_FAKE_CUDA_OP(Struct, function) &queued_##function,
     SIDESTEP_OPS(SIDESTEP_FAKE_CUDA_OP)
#undef SIDESTEP_FAKE_CUDA_OP
    },
    {&allocate_now, &release_now, &zero_fill, &copy, &allocate_page_locked, &release_page_locked},
    &device_count,
    &describe,
    &create_stream,
    &destroy_stream,
    &synchronize,
    {&begin, &end, &replay, &release_recording},
    {&create_event, &destroy_event, &record_event, &wait_in_queue, &wait_on_host},
    &finish_card,  // it keeps nothing
    [](bool (*relieve)(size_t)) { engine_relief = relieve; },
};

}  // namespace
}  // namespace sidestep::fake_cuda

extern "C" __attribute__((visibility("default"))) const sidestep::CudaPlugin* sidestep_cuda_plugin(uint32_t version) {
  return version == sidestep::kCudaPluginVersion ? &sidestep::fake_cuda::kPlugin : nullptr;
}
