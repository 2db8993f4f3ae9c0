#include "core/thread_pool.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/error.h"

namespace sidestep {
namespace {

// How often a waiting thread looks before it sleeps: longer than one thread waits for another in most ops and
// shorter than anything a person or another process would notice.
constexpr int kSpins = 4000;

inline void spin_pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

thread_local const void* running_in = nullptr;  // the pool whose body this thread is in

struct Inside {
  explicit Inside(const void* pool) : outer(running_in) { running_in = pool; }
  ~Inside() { running_in = outer; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  const void* outer;  // the body of another pool may use this one
};

}  // namespace

// The indices that one thread takes first, in order; a thread that has finished its own takes from the others'.
struct alignas(64) Share {
  std::atomic<int64_t> next{0};
  int64_t end = 0;
};

struct ThreadPool::State {
  std::vector<std::thread> workers;
  std::mutex call;  // one parallel_for at a time; callers of several threads queue here

  // The job: written by the caller before `generation` is raised, read by workers after they have seen it. Shares are
  // neighbouring indices, the same ones for the same count: what a thread leaves in its cache is what it needs in the next op.
  const std::function<void(int64_t)>* body = nullptr;
  std::vector<Share> shares;
  std::atomic<int> busy{0};
  std::atomic<uint64_t> generation{0};
  std::atomic<bool> stopping{false};

  std::mutex mutex;
  std::condition_variable started, finished;
  std::exception_ptr first_error;

  void hand_out(int64_t count) {
    const auto threads = static_cast<int64_t>(shares.size());
    for (int64_t t = 0; t < threads; ++t) {
      shares[t].next.store(t * count / threads, std::memory_order_relaxed);
      shares[t].end = (t + 1) * count / threads;
    }
  }

  void run_share(Share& share) {
    for (int64_t i = share.next.fetch_add(1, std::memory_order_relaxed); i < share.end;
         i = share.next.fetch_add(1, std::memory_order_relaxed)) {
      try {
        (*body)(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!first_error) first_error = std::current_exception();
        for (Share& rest : shares) rest.next.store(rest.end, std::memory_order_relaxed);  // it would be thrown away
      }
    }
  }

  void run_indices(size_t thread) {
    const Inside inside(this);
    for (size_t i = 0; i < shares.size(); ++i) run_share(shares[(thread + i) % shares.size()]);
  }

  void wait_for_generation_after(uint64_t seen) {
    for (int i = 0; i < kSpins; ++i) {
      if (generation.load(std::memory_order_acquire) != seen || stopping.load(std::memory_order_relaxed)) return;
      spin_pause();
    }
    std::unique_lock lock(mutex);
    started.wait(lock, [&] { return generation.load(std::memory_order_acquire) != seen || stopping.load(); });
  }

  void work(size_t thread) {
    uint64_t seen = 0;
    while (true) {
      wait_for_generation_after(seen);
      if (stopping.load()) return;
      ++seen;  // the caller waits for every worker, so no generation is ever missed
      run_indices(thread);
      if (busy.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        const std::lock_guard lock(mutex);
        finished.notify_one();
      }
    }
  }

  void wait_until_idle() {
    for (int i = 0; i < kSpins; ++i) {
      if (busy.load(std::memory_order_acquire) == 0) return;
      spin_pause();
    }
    std::unique_lock lock(mutex);
    finished.wait(lock, [&] { return busy.load(std::memory_order_acquire) == 0; });
  }
};

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>()) {
  if (threads <= 0) threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  state_->shares = std::vector<Share>(threads);
  for (int i = 1; i < threads; ++i) state_->workers.emplace_back([state = state_.get(), i] { state->work(i); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->started.notify_all();
  for (std::thread& worker : state_->workers) worker.join();
}

int ThreadPool::threads() const { return static_cast<int>(state_->workers.size()) + 1; }

void ThreadPool::parallel_for(int64_t count, const std::function<void(int64_t)>& body) {
  State& s = *state_;
  if (running_in == &s) throw Error("native/parallel-nested", "parallel_for was called from inside one of its own bodies");
  if (count <= 1 || s.workers.empty()) {
    const Inside inside(&s);
    for (int64_t i = 0; i < count; ++i) body(i);
    return;
  }
  const std::lock_guard one_call(s.call);
  s.body = &body;
  s.hand_out(count);
  s.busy.store(static_cast<int>(s.workers.size()), std::memory_order_relaxed);
  s.first_error = nullptr;
  {
    const std::lock_guard lock(s.mutex);  // a worker between its check and its sleep must not miss this
    s.generation.fetch_add(1, std::memory_order_release);
  }
  s.started.notify_all();
  s.run_indices(0);
  s.wait_until_idle();
  if (s.first_error) std::rethrow_exception(s.first_error);
}

}  // namespace sidestep
