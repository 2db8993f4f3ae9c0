#include "core/platform/thread.h"

#include <memory>
#include <vector>

#include "core/platform/windows/system.h"

namespace sidestep::platform {
namespace {

struct Held {
  void* what;
  void (*release)(void*);
};
using OfThread = std::vector<Held>;

void CALLBACK release_all(void* of_thread) {
  const std::unique_ptr<OfThread> all(static_cast<OfThread*>(of_thread));
  for (; !all->empty(); all->pop_back()) all->back().release(all->back().what);
}

}  // namespace

void at_thread_exit(void* what, void (*release)(void*)) {
  static const DWORD slot = ::FlsAlloc(&release_all);  // called by the system itself, for each thread that has set it
  auto* all = static_cast<OfThread*>(::FlsGetValue(slot));
  if (all == nullptr) ::FlsSetValue(slot, all = new OfThread);
  all->push_back({what, release});
}

}  // namespace sidestep::platform
