#include "ops/cuda_plugin.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "testing/fake_card.h"
#include "testing/test.h"
#include "testing/variable.h"

namespace sidestep::testing {
namespace {

// Here, as for users: with a card the plugin describes it; without one, or without the plugin, the reason is said and nothing
// else happens.
TEST("cuda plugin: it describes its devices, or says why there are none") {
  try {
    const CudaPlugin& plugin = cuda_plugin();
    EXPECT(plugin.version == kCudaPluginVersion);
    EXPECT(plugin.device_count() > 0);
    for (int i = 0; i < plugin.device_count(); ++i) {
      const CudaDevice device = plugin.describe(i);
      std::printf("     cuda:%d is %s, %zu MiB of %zu MiB free; products: %s\n", i, device.name, device.free_bytes >> 20,
                  device.memory_bytes >> 20, device.products);
      EXPECT(device.memory_bytes > 0 && device.free_bytes <= device.memory_bytes);
    }
  } catch (const Error& error) {
    EXPECT(error.code() == "native/device-unavailable");
    EXPECT(!error.message().empty() && !error.hint().empty());
    std::printf("     %s\n", error.message().c_str());
  }
}

TEST("cuda plugin: a stream on a device that does not exist is refused") {
  EXPECT_ERROR(Stream({DeviceKind::cuda, 1000}), "native/device-unavailable");
  EXPECT_ERROR(Stream({DeviceKind::cuda, -1}), "native/device-unavailable");
}

TEST("cuda plugin: a card older than Ampere is described with the reason why it is not used, and refused") {
  if (!on_fake_card()) return;
  const auto reason_of = [](const char* capability) {
    const Variable chosen("SIDESTEP_CARD_CAPABILITY", capability);
    return std::string(cuda_plugin().describe(1).unusable);
  };
  for (const char* usable : {"8.0", "8.6", "9.0", "12.0"}) EXPECT(reason_of(usable).empty());
  EXPECT(reason_of("7.5").ends_with(" has compute capability 7.5; 8.0 (Ampere) or newer is needed"));
  const Variable turing("SIDESTEP_CARD_CAPABILITY", "7.5");
  EXPECT_ERROR(Stream({DeviceKind::cuda, 1}), "native/device-unavailable");
}

}  // namespace
}  // namespace sidestep::testing
