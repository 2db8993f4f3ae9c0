#pragma once
#include <string>
#include <string_view>

#include "ops/cuda_plugin.h"
#include "testing/test.h"

namespace sidestep::testing {

/// What the names of fake cards end with, and no real card's does.
constexpr std::string_view kFakeCardEnding = " of the CPU";

/// Whether the device under test is a card that can be told to run short, or to be another one (fake_cuda/limits.h):
/// `sidestep_tests --device fake-cuda` and `--device simt`.
inline bool on_fake_card() {
  const Device device = device_under_test();
  return device.kind == DeviceKind::cuda &&
         std::string_view(cuda_plugin().describe(device.index).name).ends_with(kFakeCardEnding);
}

/// Of a card's memory, by whatever is there.
inline size_t used_bytes(Device card) {
  const CudaDevice described = cuda_plugin().describe(card.index);
  return described.memory_bytes - described.free_bytes;
}

/// Whether its products take memory of their own: those of the library do, as the SIMT machine runs it.
inline bool keeps_workspaces(Device card) {
  return cuda_plugin().backend.name == std::string_view("cuda") && !cuda_plugin().describe(card.index).own_products;
}

}  // namespace sidestep::testing
