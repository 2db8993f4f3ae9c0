#pragma once
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// dst = src, between dtypes and between strides (rank up to 4; broadcasting through zero strides of src).
struct Copy {
  ConstTensor src;
  Tensor dst;  ///< same shape, any dtype
};
void copy(const Copy& op, Stream& stream);

/// y = value everywhere. Rank up to 4, any strides.
struct Fill {
  Tensor y;
  float value = 0;
};
void fill(const Fill& op, Stream& stream);

/// y = alpha * a + beta * b; b may be shorter: its numel divides that of a and it repeats over a's leading dimensions.
struct Add {
  ConstTensor a;
  ConstTensor b;
  Tensor y;  ///< contiguous like a; may alias a or b
  float alpha = 1;
  float beta = 1;
};
void add(const Add& op, Stream& stream);

/// y = a * b element by element (LoHa), contiguous, same shapes; y may alias either.
struct Multiply {
  ConstTensor a, b;
  Tensor y;
};
void multiply(const Multiply& op, Stream& stream);

/// SiLU: y = x * sigmoid(x). Contiguous; y may alias x.
struct Silu {
  ConstTensor x;
  Tensor y;
};
void silu(const Silu& op, Stream& stream);
struct SiluBackward {
  ConstTensor dy, x;
  Tensor dx;  ///< may alias dy
};
void silu_backward(const SiluBackward& op, Stream& stream);

/// SwiGLU, after Shazeer 2020: y = silu(gate) * up. Rows may be strided (gate and up are often halves of one product).
struct SwiGlu {
  ConstTensor gate, up;  ///< [N, I]
  Tensor y;              ///< [N, I]; may alias gate or up
};
void swiglu(const SwiGlu& op, Stream& stream);
struct SwiGluBackward {
  ConstTensor dy, gate, up;  ///< [N, I]
  Tensor dgate, dup;         ///< [N, I]; dgate may alias gate, dup may alias up, either may alias dy
};
void swiglu_backward(const SwiGluBackward& op, Stream& stream);

/// Residual with a per-sample gate: y[b,t,:] = x[b,t,:] + gate[b,:] * h[b,t,:]
struct GatedAdd {
  ConstTensor x, h;  ///< [B, T, D]
  ConstTensor gate;  ///< [B, D], rows may be strided
  Tensor y;          ///< [B, T, D]; may alias x
};
void gated_add(const GatedAdd& op, Stream& stream);
/// The gradient of x is dy itself. dgate sums over T in a fixed order, f32.
struct GatedAddBackward {
  ConstTensor dy, h;  ///< [B, T, D]; h only when dgate is given
  ConstTensor gate;   ///< [B, D]
  Tensor dh;          ///< [B, T, D]
  Tensor dgate{};     ///< [B, D] f32, accumulated into, or empty
};
void gated_add_backward(const GatedAddBackward& op, Stream& stream);

/// Rows of a table: y[n] = table[ids[n]]. Throws native/index-out-of-range (on CUDA: checked on the host before upload).
struct Embedding {
  ConstTensor table;  ///< [V, D]
  ConstTensor ids;    ///< [N] i64
  Tensor y;           ///< [N, D]
};
void embedding(const Embedding& op, Stream& stream);

/// y[d] = sum over rows of x[n, d], f32, in a fixed order (bias gradients).
struct SumRows {
  ConstTensor x;  ///< [N, D]
  Tensor y;       ///< [D] f32, accumulated into
};
void sum_rows(const SumRows& op, Stream& stream);

/// Inverted dropout: y = x * keep / (1 - p), keep drawn per element from `key` (core/philox.h), so that the backward
/// pass and a recomputation draw the same mask. dx is the same op applied to dy.
struct Dropout {
  ConstTensor x;
  Tensor y;  ///< may alias x
  float p = 0;
  uint64_t seed = 0, step = 0, sample = 0;  ///< of Purpose::adapter_dropout
  /// [1] i64 on the device, or empty: given, the step is what it holds when the op runs, so that recorded work draws again.
  ConstTensor step_counter{};
};
void dropout(const Dropout& op, Stream& stream);

}  // namespace sidestep
