#pragma once
#include <cstddef>

namespace sidestep::simt {

/// Its own stack and where it stopped: what a CUDA thread of the machine is. Sanitizers are informed of every switch.
class Fiber {
 public:
  Fiber() = default;  ///< the host thread that runs now, once it has switched away
  /// Begins at `entry`, which never returns, when it is first switched to.
  explicit Fiber(void (*entry)());
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Returns when something switches back to `from`, the fiber that runs.
  static void switch_to(Fiber& from, Fiber& to);
  /// What a fiber's entry does first; `host` is the fiber that switched to it.
  static void arrived(Fiber& host);
  /// The host thread's own, before the first switch: a race detector knows threads by it.
  void become_current_thread();

 private:
  void* stack_pointer_ = nullptr;
  std::byte* stack_ = nullptr;
  size_t stack_bytes_ = 0;
  bool owns_stack_ = false;
  void* fake_stack_ = nullptr;  ///< the address sanitizer's
  void* thread_ = nullptr;      ///< the thread sanitizer's
};

// What one fiber released, another may acquire: the order in memory that barriers make, for the thread sanitizer.
void acquire(void* what);
void release(void* what);
bool with_thread_sanitizer();
/// While one lives the thread sanitizer does not look: at the machine's own books, which threads keep in turns. No switch of
/// fibers within.
class Unwatched {
 public:
  Unwatched();
  ~Unwatched();
  Unwatched(const Unwatched&) = delete;
  Unwatched& operator=(const Unwatched&) = delete;
};
bool with_address_sanitizer();
/// Bytes that a kernel must not touch, for the address sanitizer.
void poison(const void* begin, size_t bytes);
void unpoison(const void* begin, size_t bytes);

}  // namespace sidestep::simt
