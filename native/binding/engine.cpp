#include "binding/engine.h"

#include "core/error.h"
#include "ops/transfer.h"

namespace sidestep::binding {

Device device_from_name(const std::string& name) {
  if (name == "cpu") return {DeviceKind::cpu, 0};
  if (name.starts_with("cuda:") && name.size() > 5 && name.find_first_not_of("0123456789", 5) == std::string::npos &&
      name.size() < 9)
    return {DeviceKind::cuda, std::stoi(name.substr(5))};
  throw Error("native/device-unknown", "Expected a device such as cpu or cuda:0 but found \"" + name + "\"");
}

Engine::Engine(const Json& params)
    : stream(device_from_name(params.string_or("device", "cpu")),
             std::make_shared<ThreadPool>(static_cast<int>(params.int_or("threads", 0)))) {}

Storage on_device(const ConstTensor& host, Stream& stream) {
  Storage copy(host.dtype(), host.shape(), stream.device());
  transfer({.src = host, .dst = copy.tensor()}, stream);
  return copy;
}

}  // namespace sidestep::binding
