#pragma once
#include <functional>
#include <memory>

#include "core/stream.h"

namespace sidestep {

/// Work that a card has been told once and can be told again in one call (a CUDA graph): a step of thousands of small kernels is
/// then queued in microseconds. It repeats the same ops on the same addresses; what is to differ must be read from memory.
class Recording {
 public:
  Recording() = default;
  explicit operator bool() const { return handle_ != nullptr; }
  /// Queues the work. Memory it touches must still be there.
  void replay(Stream& stream) const;

 private:
  friend Recording record(Stream& stream, const std::function<void()>& work);
  std::shared_ptr<void> handle_;
};

/// Whether streams on this device record at all: cards do, unless $SIDESTEP_CUDA_GRAPHS is `off`.
bool records(const Stream& stream);

/// Calls `work` and notes down what it queues, without doing it. Empty when a part of it cannot be recorded (it allocates, waits or
/// moves memory of the host): the caller then runs the work as it is. Throws native/cancelled.
Recording record(Stream& stream, const std::function<void()>& work);

}  // namespace sidestep
