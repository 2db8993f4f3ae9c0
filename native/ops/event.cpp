#include "ops/event.h"

#include "ops/cuda_plugin.h"

namespace sidestep {

Event::Event(Device device) : device_(device) {
  if (device.kind == DeviceKind::cuda) handle_ = cuda_plugin().events.create(device.index);
}

Event::~Event() {
  if (handle_ != nullptr) cuda_plugin().events.destroy(device_.index, handle_);
}

void Event::record(Stream& stream) {
  if (handle_ != nullptr) cuda_plugin().events.record(device_.index, handle_, stream.native_handle());
}

void Event::hold(Stream& stream) const {
  if (handle_ != nullptr) cuda_plugin().events.queue_waits(device_.index, handle_, stream.native_handle());
}

void Event::wait() const {
  if (handle_ != nullptr) cuda_plugin().events.host_waits(device_.index, handle_);
}

}  // namespace sidestep
