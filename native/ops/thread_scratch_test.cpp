#include "ops/thread_scratch.h"

#include <thread>

#include "testing/test.h"

namespace {

using namespace sidestep;

TEST("thread scratch: grows, stays where it is otherwise, and outlives no thread") {
  int right = 0;
  for (int round = 0; round < 200; ++round) {
    std::thread([round, &right] {
      thread_local cpu::ThreadScratch scratch;
      float* memory = scratch.at_least(1000);
      memory[0] = memory[999] = static_cast<float>(round);
      const bool same = scratch.at_least(10) == memory && memory[999] == static_cast<float>(round);
      float* larger = scratch.at_least(5000);
      larger[4999] = 1;
      right += same && scratch.at_least(1) == larger ? 1 : 0;
    }).join();
  }
  EXPECT(right == 200);
}

}  // namespace
