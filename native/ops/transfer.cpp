#include "ops/transfer.h"

#include "core/error.h"
#include "ops/check.h"
#include "ops/dispatch.h"

namespace sidestep {

void transfer(const Transfer& op, Stream& stream) {
  const OpCheck check("transfer", stream);
  check.contiguous("src", op.src);
  check.contiguous("dst", op.dst);
  check.dtype("dst", op.dst, op.src.dtype());
  if (!(op.src.shape() == op.dst.shape())) {
    throw Error("native/shape-mismatch",
                "transfer: dst: expected shape " + op.src.shape().to_string() + ", found " + op.dst.shape().to_string());
  }
  const bool read = op.src.device().kind == DeviceKind::cuda && op.dst.device().kind == DeviceKind::cpu;
  if (read && op.wait == Transfer::Wait::for_host) stream.count_wait();
  dispatch("transfer", &Backend::transfer, op, {0, static_cast<double>(op.src.bytes())}, stream);
}

Storage to_host(ConstTensor device_tensor, Stream& stream) {
  Storage host(device_tensor.dtype(), device_tensor.shape());
  transfer({device_tensor, host.tensor()}, stream);
  return host;
}

}  // namespace sidestep
