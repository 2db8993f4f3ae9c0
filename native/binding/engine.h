#pragma once
#include <memory>
#include <mutex>

#include "binding/method.h"
#include "core/arena.h"
#include "core/stream.h"

namespace sidestep::binding {

/// The device and threads a handle or a call works with: `device` is "cpu" or "cuda:N", `threads` 0 means all cores.
/// Throws native/device-unknown, native/device-unavailable.
struct Engine {
  explicit Engine(const Json& params);

  Stream stream;
  std::mutex mutex;  ///< one call at a time; models are not thread-safe
};

Device device_from_name(const std::string& name);

/// Holds an engine for one call and lets it be cancelled meanwhile.
class Session {
 public:
  Session(Engine& engine, const Request& request) : lock_(engine.mutex), stream_(engine.stream) {
    stream_.set_cancel_flag(&request.cancelled);
  }
  ~Session() { stream_.set_cancel_flag(nullptr); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Stream& stream() const { return stream_; }

 private:
  std::lock_guard<std::mutex> lock_;
  Stream& stream_;
};

/// A copy on the stream's device; ops/transfer.h has the way back.
Storage on_device(const ConstTensor& host, Stream& stream);

/// An arena exactly as large as `body(arena, stream)` needs, found by running it on the plan device first.
template <typename Body>
size_t measure_arena(const Body& body) {
  Stream plan({DeviceKind::plan, 0});
  Arena arena({DeviceKind::plan, 0}, 0);
  body(arena, plan);
  return arena.high_water();
}

}  // namespace sidestep::binding
