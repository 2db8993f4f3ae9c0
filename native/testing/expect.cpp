#include <cstdlib>

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

std::string golden_dir() {
  if (const char* chosen = std::getenv("SIDESTEP_GOLDEN_DIR")) return chosen;
  return SIDESTEP_SOURCE_DIR "/test/golden";
}

}  // namespace sidestep::testing
