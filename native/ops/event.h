#pragma once
#include "core/stream.h"

namespace sidestep {

/// A point in a stream's queue that other streams of the same card, or the host, wait for. On devices whose ops have finished
/// when the call returns there is nothing to wait for, and every member does nothing. Before the first `record` no one waits.
class Event {
 public:
  explicit Event(Device device);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// The point after all that is queued on `stream` so far.
  void record(Stream& stream);
  /// What is queued on `stream` from now on begins after the point; the host goes on at once. Not while work is being recorded
  /// (ops/recording.h), unless the point is part of that recording.
  void hold(Stream& stream) const;
  /// The host waits.
  void wait() const;

 private:
  Device device_;
  void* handle_ = nullptr;
};

}  // namespace sidestep
