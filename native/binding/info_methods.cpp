#include <string>
#include <utility>

#include "binding/method.h"
#include "core/error.h"
#include "core/version.h"
#include "ops/card_overhead.h"
#include "ops/cuda_plugin.h"
#include "ops/gemm_blas.h"
#include "ops/instruction_set.h"
#include "ops/kernels.h"
#include "training/nccl.h"

namespace sidestep::binding {

namespace {

/// Those that the engine can compute on. Throws native/device-unavailable when there is none, with the reasons of those there
/// are.
Json::Array cuda_devices() {
  Json::Array devices;
  std::string unusable;
  const CudaPlugin& plugin = cuda_plugin();
  const int count = plugin.device_count();
  if (count == 0) throw Error("native/device-unavailable", "The NVIDIA driver reports no device");
  for (int i = 0; i < count; ++i) {
    const CudaDevice device = plugin.describe(i);
    if (device.unusable[0] != '\0') {
      unusable += (unusable.empty() ? "" : "; ") + std::string(device.unusable);
      continue;
    }
    devices.push_back(Json::Object{{"device", "cuda:" + std::to_string(i)},
                                   {"name", std::string(device.name)},
                                   {"memory_bytes", device.memory_bytes},
                                   {"free_bytes", at_hand(device.free_bytes, device.memory_bytes)},
                                   {"products", std::string(device.products)},
                                   {"own_products", device.own_products},
                                   {"compute_capability", device.compute_capability}});
  }
  if (devices.empty()) throw Error("native/device-unavailable", unusable);
  return devices;
}

/// {} → {numerics_version, cpu_kernels, cpu_arithmetic, matrix_product: "own" or a BLAS, cuda_devices, no_cuda: reason or null,
/// no_cuda_hint: what to do where driver or cards are the reason and not the plugin's file, nccl: where it was found or that it
/// was not, with several devices}
const Method describe_method{
    "describe_engine", [](const Request&) -> Response {
      Json::Object report{{"numerics_version", kNumericsVersion}, {"cpu_kernels", cpu::vector_kernels().name},
                          {"cpu_arithmetic", cpu::arithmetic()},  {"matrix_product", gemm_detail::blas_name().value_or("own")},
                          {"cuda_devices", Json::Array{}},        {"no_cuda", nullptr}};
      try {
        Json::Array devices = cuda_devices();
        if (devices.size() > 1)
          report["nccl"] = Json::Object{{"found", nccl::library() != nullptr}, {"text", nccl::library_origin()}};
        report["cuda_devices"] = std::move(devices);
      } catch (const Error& reason) {
        report["no_cuda"] = reason.message();
        if (cuda_plugin_opens() && !reason.hint().empty()) report["no_cuda_hint"] = reason.hint();
      }
      return {report, {}};
    }};

}  // namespace

}  // namespace sidestep::binding
