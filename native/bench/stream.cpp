#include "bench/stream.h"

#include "core/error.h"

namespace sidestep::bench {

Stream open_stream(const Arguments& arguments) {
  const std::string backend = arguments.text_or("backend", "cpu");
  if (backend != "cpu" && backend != "cuda") throw Error("bench/usage", "Expected --backend cpu or cuda but found " + backend);
  const Device device{backend == "cuda" ? DeviceKind::cuda : DeviceKind::cpu, 0};
  return Stream(device, std::make_shared<ThreadPool>(static_cast<int>(arguments.count_or("threads", 0))));
}

}  // namespace sidestep::bench
