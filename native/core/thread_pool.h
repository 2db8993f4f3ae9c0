#pragma once
#include <cstdint>
#include <functional>
#include <memory>

namespace sidestep {

/// Persistent workers; the calling thread takes part. Work is split by index, never by thread, so results do not depend
/// on how many threads there are: each index writes its own outputs, and reductions combine per-index partial results in
/// index order.
class ThreadPool {
 public:
  explicit ThreadPool(int threads);  ///< 0: one per available core
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;
  /// Calls body(i) once for every i in [0, count), on any thread, and returns when all are done.
  /// The first exception thrown by a body is rethrown here. Not reentrant: a body must not call parallel_for.
  void parallel_for(int64_t count, const std::function<void(int64_t)>& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sidestep
