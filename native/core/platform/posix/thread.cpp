#include "core/platform/thread.h"

#include <vector>

namespace sidestep::platform {
namespace {

struct Held {
  void* what;
  void (*release)(void*);
};

struct OfThread {
  std::vector<Held> all;
  ~OfThread() {
    for (; !all.empty(); all.pop_back()) all.back().release(all.back().what);
  }
};
thread_local OfThread held;

}  // namespace

void at_thread_exit(void* what, void (*release)(void*)) { held.all.push_back({what, release}); }

}  // namespace sidestep::platform
