// Temporary: lets the programs link while ops are being written. Each weak definition gives way to the op's own file.
#include "core/error.h"
#include "ops/backend.h"

namespace sidestep {
#define SIDESTEP_UNFINISHED(Struct, function)                                                  \
  __attribute__((weak)) void function(const Struct&, Stream&) {                                \
    throw Error("native/op-unavailable", "The op " #function " is not part of this build");     \
  }
SIDESTEP_OPS(SIDESTEP_UNFINISHED)
namespace cpu {
SIDESTEP_OPS(SIDESTEP_UNFINISHED)
}
}  // namespace sidestep
