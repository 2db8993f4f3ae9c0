#pragma once
#include <cstdint>

namespace sidestep {

/// `plan` runs no arithmetic and owns no memory: the same model code, run on it, measures the memory and the FLOPs a
/// real run will need (see arena.h and stream.h).
enum class DeviceKind : uint8_t { cpu, cuda, plan };

struct Device {
  DeviceKind kind = DeviceKind::cpu;
  int index = 0;
  friend bool operator==(const Device&, const Device&) = default;
};

}  // namespace sidestep
