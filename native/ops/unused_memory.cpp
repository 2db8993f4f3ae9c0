#include "ops/unused_memory.h"

#include "ops/cuda_plugin.h"

namespace sidestep {

void free_unused_memory(Device device) {
  if (device.kind == DeviceKind::cuda) cuda_plugin().trim(device.index);
}

}  // namespace sidestep
