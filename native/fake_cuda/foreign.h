#pragma once
#include <cstddef>
#include <functional>
#include <memory>

namespace sidestep::fake_cuda {

// What a library beside the plugin does with a fake card, as NCCL does with a real one: it knows the card that the thread made
// current, the memory behind an address, and puts work of its own into a queue.
struct Foreign {
  /// The card that this thread used last; -1 before the first.
  int (*current_card)();
  int (*card_of_queue)(void* queue);
  /// Where the card finds these bytes; throws native/cuda-failed, naming `what`, unless they lie in one allocation of it.
  std::byte* (*seen_by)(int card, const void* address, size_t bytes, const char* what);
  /// Memory of a card until it is let go. Throws native/out-of-memory.
  std::shared_ptr<void> (*take)(int card, size_t bytes);
  /// Work that waits for other processes, and gives them something or takes it from them.
  void (*add_departure)(void* queue, std::function<void()> work);
  void (*add_arrival)(void* queue, std::function<void()> work);
};

/// As cudaSetDevice.
void make_current(int card);

/// `extern "C" const sidestep::fake_cuda::Foreign* sidestep_fake_cuda_foreign()`.
using ForeignEntry = const Foreign* (*)();
constexpr const char* kForeignSymbol = "sidestep_fake_cuda_foreign";

}  // namespace sidestep::fake_cuda
