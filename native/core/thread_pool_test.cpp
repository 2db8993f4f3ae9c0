#include "core/thread_pool.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "testing/test.h"

namespace {

using namespace sidestep;

TEST("thread_pool: every index is visited once, whatever the number of threads") {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    EXPECT(pool.threads() == threads);
    for (const int64_t count : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> visits(static_cast<size_t>(count));
      pool.parallel_for(count, [&](int64_t i) { visits[static_cast<size_t>(i)]++; });
      for (const auto& v : visits) EXPECT(v == 1);
    }
  }
}

TEST("thread_pool: many short calls in a row, and calls after a rest") {
  ThreadPool pool(3);
  std::atomic<int64_t> sum{0};
  for (int call = 0; call < 3000; ++call) pool.parallel_for(4, [&](int64_t i) { sum += i; });
  std::this_thread::sleep_for(std::chrono::milliseconds(5));  // the workers are asleep by now
  pool.parallel_for(4, [&](int64_t i) { sum += i; });
  EXPECT(sum == 3001 * 6);
}

TEST("thread_pool: the first error reaches the caller and the pool goes on working") {
  ThreadPool pool(2);
  const auto failing = [](int64_t i) {
    if (i == 3) throw Error("test/expected", "no");
  };
  EXPECT_ERROR(pool.parallel_for(10, failing), "test/expected");
  std::atomic<int> visits{0};
  pool.parallel_for(10, [&](int64_t) { visits++; });
  EXPECT(visits == 10);
}

TEST("thread_pool: a body that calls back into its pool is refused instead of waiting for itself") {
  for (const int threads : {1, 2}) {
    ThreadPool pool(threads);
    EXPECT_ERROR(pool.parallel_for(4, [&](int64_t) { pool.parallel_for(2, [](int64_t) {}); }), "native/parallel-nested");
  }
}

TEST("thread_pool: callers on several threads take turns") {
  ThreadPool pool(2);
  std::atomic<int64_t> sum{0};
  const auto caller = [&] {
    for (int call = 0; call < 200; ++call) pool.parallel_for(5, [&](int64_t i) { sum += i; });
  };
  std::thread first(caller), second(caller);
  first.join();
  second.join();
  EXPECT(sum == 2 * 200 * 10);
}

}  // namespace
