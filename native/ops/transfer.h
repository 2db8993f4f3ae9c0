#pragma once
#include <cstdint>

#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Bytes between host and device; both sides contiguous, same dtype and shape. When the call returns the host side is ready to be
/// read or freed; a page-locked source (`allocate_staging`) only when the stream has been waited for.
struct Transfer {
  /// `none`: the host's side is page-locked, and read or written when the stream comes to it; an Event says when. That may be
  /// recorded (ops/recording.h).
  enum class Wait : uint8_t { for_host, none };
  ConstTensor src;
  Tensor dst;
  Wait wait = Wait::for_host;
};
void transfer(const Transfer& op, Stream& stream);

/// A copy on the host, in its own memory.
Storage to_host(ConstTensor device_tensor, Stream& stream);

}  // namespace sidestep
