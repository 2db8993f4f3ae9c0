#include <cstring>

#include "ops/backend.h"

namespace sidestep::cpu {

void transfer(const Transfer& op, Stream&) {
  if (op.src.bytes() != 0) std::memcpy(op.dst.raw(), op.src.raw(), op.src.bytes());
}

}  // namespace sidestep::cpu
