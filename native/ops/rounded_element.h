#pragma once
#include "core/tensor.h"

namespace sidestep::cpu {

/// Element `i` of a contiguous f32, bf16 or f16 tensor in host memory, widened.
inline float load(ConstTensor t, int64_t i) {
  if (t.dtype() == DType::bf16) return to_float(t.data<bf16_t>()[i]);
  if (t.dtype() == DType::f16) return to_float(t.data<f16_t>()[i]);
  return t.data<float>()[i];
}

/// The same, rounded once to the tensor's dtype.
inline void store(Tensor t, int64_t i, float v) {
  if (t.dtype() == DType::bf16)
    t.data<bf16_t>()[i] = to_bf16(v);
  else if (t.dtype() == DType::f16)
    t.data<f16_t>()[i] = to_f16(v);
  else
    t.data<float>()[i] = v;
}

}  // namespace sidestep::cpu
