#include <string>

#include "binding/method.h"
#include "core/error.h"
#include "core/version.h"
#include "ops/cuda_plugin.h"
#include "ops/gemm_blas.h"
#include "ops/kernels.h"

namespace sidestep::binding {

namespace {

Json::Array cuda_devices() {
  Json::Array devices;
  const CudaPlugin& plugin = cuda_plugin();
  const int count = plugin.device_count();
  if (count == 0) throw Error("native/device-unavailable", "The NVIDIA driver reports no device");
  for (int i = 0; i < count; ++i) {
    const CudaDevice device = plugin.describe(i);
    devices.push_back(Json::Object{{"device", "cuda:" + std::to_string(i)},
                                   {"name", std::string(device.name)},
                                   {"memory_bytes", device.memory_bytes},
                                   {"free_bytes", device.free_bytes}});
  }
  return devices;
}

/// {} → {numerics_version, cpu_kernels, matrix_product: "own" or a BLAS, cuda_devices, no_cuda: reason or null}
const Method describe_method{"describe_engine", [](const Request&) -> Response {
                               Json::Object report{{"numerics_version", kNumericsVersion},
                                                   {"cpu_kernels", cpu::vector_kernels().name},
                                                   {"matrix_product", gemm_detail::blas_name().value_or("own")},
                                                   {"cuda_devices", Json::Array{}},
                                                   {"no_cuda", nullptr}};
                               try {
                                 report["cuda_devices"] = cuda_devices();
                               } catch (const Error& reason) {
                                 report["no_cuda"] = reason.message();
                               }
                               return {report, {}};
                             }};

}  // namespace

}  // namespace sidestep::binding
