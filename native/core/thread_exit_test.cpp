#include "core/platform/thread.h"

#include <string>
#include <thread>

#include "core/memory.h"
#include "testing/test.h"

namespace {

using namespace sidestep;

std::string released;

TEST("thread exit: what a thread holds is released when it ends, the last one first") {
  released.clear();
  std::string meanwhile;
  std::thread([&] {
    for (const char* what : {"a", "b", "c"})
      platform::at_thread_exit(const_cast<char*>(what), [](void* held) { released += static_cast<const char*>(held); });
    meanwhile = released;
  }).join();
  EXPECT(meanwhile.empty() && released == "cba");
  std::thread([] {}).join();
  EXPECT(released == "cba");
}

TEST("thread exit: plans that were measured one within the other, on a thread that ends") {
  size_t inner_held = 0, outer_held = 0, outer_peak = 0;
  std::thread([&] {
    const PlanMeter outer;
    const auto kept = allocate({DeviceKind::plan, 0}, 10);
    {
      const PlanMeter inner;
      const auto more = allocate({DeviceKind::plan, 0}, 5);
      inner_held = inner.held();
    }
    const auto again = allocate({DeviceKind::plan, 0}, 7);
    outer_held = outer.held();
    outer_peak = outer.peak();
  }).join();
  EXPECT(inner_held == 5 && outer_held == 17 && outer_peak == 17);
}

}  // namespace
