#pragma once
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Bytes from the host to the stream's device or back; both sides contiguous, same dtype and shape. The host side is
/// ready to be read (or freed) when the call returns.
struct Transfer {
  ConstTensor src;
  Tensor dst;
};
void transfer(const Transfer& op, Stream& stream);

/// A copy on the host, in memory of its own.
Storage to_host(ConstTensor device_tensor, Stream& stream);

}  // namespace sidestep
