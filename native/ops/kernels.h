#pragma once
#include <cstdint>

#include "core/dtype.h"
#include "ops/instruction_set.h"

namespace sidestep::cpu {

/// One tile of the streaming softmax: `rows` queries by `columns` keys. columns and out_columns are multiples of 16, what
/// is too much holds minus infinity in scores.
struct SoftmaxRows {
  float* scores;  ///< scaled scores in, weights relative to the new peak out
  int64_t ld, rows, columns;
  float *peak, *total;  ///< [rows] running largest score, running sum of weights
  float* out;           ///< [rows, out_columns] weighted sum of values so far, rescaled when the peak moves
  int64_t out_ld, out_columns;
};

/// One tile of its backward pass: `rows` queries by `columns` keys (a multiple of 16).
struct SoftmaxBackwardRows {
  float* scores;    ///< scaled scores in, weights P out
  float* dweights;  ///< dP in, dS = P (dP - delta) out
  int64_t ld, rows, columns;
  const float *lse, *delta;  ///< [rows]
};

/// Inner loops of the CPU ops for one instruction set, single-threaded, arguments checked by the caller. Pointers are to
/// elements of `dtype` unless a type is written out. Outputs may alias inputs where the op's header says so.
struct VectorKernels {
  const char* name;

  // -- element by element, n contiguous elements
  void (*add)(DType dtype, const void* a, const void* b, void* y, float alpha, float beta, int64_t n);
  void (*multiply)(DType dtype, const void* a, const void* b, void* y, int64_t n);
  void (*silu)(DType dtype, const void* x, void* y, int64_t n);
  void (*silu_backward)(DType dtype, const void* dy, const void* x, void* dx, int64_t n);
  void (*swiglu)(DType dtype, const void* gate, const void* up, void* y, int64_t n);
  void (*swiglu_backward)(DType dtype, const void* dy, const void* gate, const void* up, void* dgate, void* dup, int64_t n);
  /// y = x + gate * h
  void (*gated_add)(DType dtype, const void* x, const void* gate, const void* h, void* y, int64_t n);
  /// total[i] += x[i]; and total[i] += x[i] * (z[i] * factor)
  void (*accumulate)(DType dtype, const void* x, float* total, int64_t n);
  void (*accumulate_product)(DType dtype, const void* x, const void* z, float factor, float* total, int64_t n);
  /// Between f32, bf16 and f16.
  void (*convert)(DType from, const void* src, DType to, void* dst, int64_t n);

  // -- one row of d elements
  float (*dot)(DType dtype, const void* a, const void* b, int64_t d);
  float (*sum_of_squares)(DType dtype, const void* x, int64_t d);
  /// y = round(x * inv_rms) * weight
  void (*normalise)(DType dtype, const void* x, const void* weight, float inv_rms, void* y, int64_t d);
  /// y = (round(x * inv_rms) * weight) * (1 + scale) + shift
  void (*normalise_modulated)(DType dtype, const void* x, const void* weight, const void* scale, const void* shift, float inv_rms,
                              void* y, int64_t d);
  /// dx = inv_rms * (g - x * inv_rms^2 * mean(g * x)) + beta * dx, with g = dy * weight [* (1 + scale)]; scale may be null
  void (*normalise_backward)(DType dtype, const void* dy, const void* x, const void* weight, const void* scale, float inv_rms,
                             float beta, void* dx, int64_t d);
  /// One head: y = rotate(round(x * inv_rms) * weight); weight, cos and sin may be null
  void (*head_norm_rope)(DType dtype, const void* x, const void* weight, const float* cos, const float* sin, float inv_rms,
                         void* y, int64_t head_dim);
  void (*head_norm_rope_backward)(DType dtype, const void* dy, const void* x, const void* weight, const float* cos,
                                  const float* sin, float inv_rms, void* dx, int64_t head_dim);

  // -- autoencoder
  /// y = x + sin(alpha x)^2 * inv_beta
  void (*snake)(DType dtype, const void* x, float alpha, float inv_beta, void* y, int64_t n);

  // -- attention
  void (*softmax_rows)(const SoftmaxRows& tile);
  void (*softmax_backward_rows)(const SoftmaxBackwardRows& tile);

  // -- for tests of the functions themselves
  void (*exp)(const float* x, float* y, int64_t n);
};

/// Those of `instruction_set()`.
const VectorKernels& vector_kernels();
/// Those of an available one.
const VectorKernels& vector_kernels_of(InstructionSet set);

extern const VectorKernels kPortableKernels;
#if defined(__x86_64__)
extern const VectorKernels kAvx2Kernels;
extern const VectorKernels kAvx512Kernels;
#endif

}  // namespace sidestep::cpu
