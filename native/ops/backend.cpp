#include "ops/backend.h"

#include "core/error.h"
#include "ops/cuda_plugin.h"

namespace sidestep {
namespace {

const Backend kCpuBackend = {"cpu",
#define SIDESTEP_CPU_OP(Struct, function) &cpu::function,
                             SIDESTEP_OPS(SIDESTEP_CPU_OP)
#undef SIDESTEP_CPU_OP
};

template <typename Op>
void plan_only(const Op&, Stream&) {}

const Backend kPlanBackend = {"plan",
#define SIDESTEP_PLAN_OP(Struct, function) &plan_only<Struct>,
                              SIDESTEP_OPS(SIDESTEP_PLAN_OP)
#undef SIDESTEP_PLAN_OP
};

const Backend* cpu_backend = &kCpuBackend;

const Backend& cuda_backend(int index) {
  const CudaPlugin& plugin = cuda_plugin();
  if (index < 0 || index >= plugin.device_count())
    throw Error("native/device-unavailable", "CUDA device " + std::to_string(index) + " does not exist; " +
                                                 std::to_string(plugin.device_count()) + " are visible");
  return plugin.backend;
}

}  // namespace

const Backend& backend_for(Device device) {
  switch (device.kind) {
    case DeviceKind::cpu: return *cpu_backend;
    case DeviceKind::plan: return kPlanBackend;
    case DeviceKind::cuda: return cuda_backend(device.index);
  }
  __builtin_unreachable();
}

void substitute_cpu_backend(const Backend* backend) { cpu_backend = backend; }

// These three members of core's Stream are here because they alone need to know that backends exist.

Stream::Stream(Device device, std::shared_ptr<ThreadPool> pool)
    : device_(device), backend_(&backend_for(device)), pool_(std::move(pool)) {
  if (!pool_) pool_ = std::make_shared<ThreadPool>(device.kind == DeviceKind::cpu ? 0 : 1);
  if (device.kind == DeviceKind::cuda) handle_ = cuda_plugin().create_stream(device.index);
}

Stream::~Stream() {
  if (handle_ != nullptr) cuda_plugin().destroy_stream(device_.index, handle_);
}

void Stream::synchronize() {
  if (handle_ == nullptr) return;
  count_wait();
  cuda_plugin().synchronize(device_.index, handle_);
}

}  // namespace sidestep
