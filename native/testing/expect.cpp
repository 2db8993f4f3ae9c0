#include "core/path_text.h"
#include "core/platform/process.h"
#include "testing/test.h"

namespace sidestep::testing {

void fail(const char* file, int line, const std::string& message) {
  throw Error("test/failed", std::string(file) + ":" + std::to_string(line) + ": " + message);
}

namespace {
Device chosen_device;
}

Device device_under_test() { return chosen_device; }
void set_device_under_test(Device device) { chosen_device = device; }

std::filesystem::path golden_dir() {
  if (const auto chosen = platform::path_variable("SIDESTEP_GOLDEN_DIR")) return *chosen;
  return path_from_utf8(SIDESTEP_SOURCE_DIR "/test/golden");
}

}  // namespace sidestep::testing
