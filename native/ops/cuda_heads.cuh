#pragma once
#include <type_traits>

#include "core/tensor.h"

namespace sidestep::cuda {

/// A tensor [B, T, H, hd] with dense heads.
template <typename T>
struct Heads {
  T* data;
  int64_t batch_stride, frame_stride, head_stride;
  __device__ T* operator()(int64_t b, int64_t t, int64_t h) const {
    return data + b * batch_stride + t * frame_stride + h * head_stride;
  }
};

template <typename T, typename Pointer>
auto heads_of(const BasicTensor<Pointer>& t) {
  using Element = std::conditional_t<std::is_same_v<Pointer, const void*>, const T, T>;
  return Heads<Element>{static_cast<Element*>(t.raw()), t.stride(0), t.stride(1), t.stride(2)};
}

}  // namespace sidestep::cuda
