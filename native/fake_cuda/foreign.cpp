#include "fake_cuda/foreign.h"

#include <utility>

#include "fake_cuda/card_memory.h"
#include "fake_cuda/queue.h"

namespace sidestep::fake_cuda {
namespace {

thread_local int current = -1;

const Foreign kForeign = {
    [] { return current; },
    [](void* queue) { return static_cast<Queue*>(queue)->card; },
    &seen_by,
    [](int card, size_t bytes) {
      return std::shared_ptr<void>(allocate(card, bytes), [card](void* address) { release(card, address); });
    },
    [](void* queue, std::function<void()> work) { static_cast<Queue*>(queue)->add(Kind::departure, std::move(work)); },
    [](void* queue, std::function<void()> work) { static_cast<Queue*>(queue)->add(Kind::arrival, std::move(work)); },
};

}  // namespace

void make_current(int card) { current = card; }

}  // namespace sidestep::fake_cuda

extern "C" __attribute__((visibility("default"))) const sidestep::fake_cuda::Foreign* sidestep_fake_cuda_foreign() {
  return &sidestep::fake_cuda::kForeign;
}
