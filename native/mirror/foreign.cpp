#include "mirror/foreign.h"

#include <utility>

#include "mirror/card_memory.h"
#include "mirror/queue.h"

namespace sidestep::mirror {
namespace {

thread_local int current = -1;

const Foreign kForeign = {
    [] { return current; },
    [](void* queue) { return static_cast<Queue*>(queue)->card; },
    &seen_by,
    [](void* queue, std::function<void()> work) { static_cast<Queue*>(queue)->add(Kind::departure, std::move(work)); },
    [](void* queue, std::function<void()> work) { static_cast<Queue*>(queue)->add(Kind::arrival, std::move(work)); },
};

}  // namespace

void make_current(int card) { current = card; }

}  // namespace sidestep::mirror

extern "C" __attribute__((visibility("default"))) const sidestep::mirror::Foreign* sidestep_mirror_foreign() {
  return &sidestep::mirror::kForeign;
}
