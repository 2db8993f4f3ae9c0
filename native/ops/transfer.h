#pragma once
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Bytes between host and device; both sides contiguous, same dtype and shape. When the call returns the host side is ready to be
/// read or freed; a page-locked source (`allocate_staging`) only when the stream has been waited for.
struct Transfer {
  ConstTensor src;
  Tensor dst;
};
void transfer(const Transfer& op, Stream& stream);

/// A copy on the host, in memory of its own.
Storage to_host(ConstTensor device_tensor, Stream& stream);

}  // namespace sidestep
