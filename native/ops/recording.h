#pragma once
#include <functional>
#include <memory>

#include "core/stream.h"

namespace sidestep {

/// Work that was queued on a card once and can be queued again in one call (a CUDA graph): a step of thousands of small kernels
/// is then queued in microseconds. It repeats the same ops on the same addresses; what is to differ must be read from memory.
class Recording {
 public:
  Recording() = default;
  explicit operator bool() const { return handle_ != nullptr; }
  /// Queues the work. Memory it touches must still be there.
  void replay(Stream& stream) const;
  /// What it takes of the card, as far as the card's free memory showed when it was made; no less than kLeastRecordingBytes,
  /// since drivers take memory in large pieces and other programs come and go.
  size_t bytes() const { return bytes_; }

 private:
  friend Recording record(Stream& stream, const std::function<void()>& work);
  std::shared_ptr<void> handle_;
  size_t bytes_ = 0;
};
constexpr size_t kLeastRecordingBytes = size_t{1} << 20;

/// Whether streams on this device record at all: cards do, unless $SIDESTEP_CUDA_GRAPHS is `off`.
bool records(const Stream& stream);

/// Calls `work` and notes down what it queues, without doing it. Empty when a part of it cannot be recorded (it allocates, waits
/// or moves memory of the host): the caller then runs the work as it is. Throws native/cancelled.
Recording record(Stream& stream, const std::function<void()>& work);

/// What is free of a card's memory now.
size_t free_card_bytes(const Stream& stream);

}  // namespace sidestep
