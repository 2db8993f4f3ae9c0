#pragma once
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Conv1d as PyTorch computes it (cross-correlation, zero padding on both ends):
///   y[b, o, l] = bias[o] + sum over i, k of weight[o, i, k] * x[b, i, l * stride + k * dilation - padding]
struct Conv1d {
  ConstTensor x;       ///< [B, I, L]
  ConstTensor weight;  ///< [O, I, K]
  ConstTensor bias{};  ///< [O] or empty
  Tensor y;            ///< [B, O, (L + 2 padding - dilation (K - 1) - 1) / stride + 1]
  int64_t stride = 1, padding = 0, dilation = 1;
};
void conv1d(const Conv1d& op, Stream& stream);

/// ConvTranspose1d as PyTorch computes it.
struct ConvTranspose1d {
  ConstTensor x;       ///< [B, I, L]
  ConstTensor weight;  ///< [I, O, K]
  ConstTensor bias{};  ///< [O] or empty
  Tensor y;            ///< [B, O, (L - 1) stride - 2 padding + K + output_padding]
  int64_t stride = 1, padding = 0, output_padding = 0;
};
void conv_transpose1d(const ConvTranspose1d& op, Stream& stream);

/// Snake activation with log-scale parameters (Ziyin et al. 2020; as in the Oobleck autoencoder):
///   y = x + sin(exp(alpha) x)^2 / (exp(beta) + 1e-9), per channel
struct Snake {
  ConstTensor x;            ///< [B, C, L]
  ConstTensor alpha, beta;  ///< [C], logarithms
  Tensor y;                 ///< [B, C, L]; may alias x
};
void snake(const Snake& op, Stream& stream);

/// Posterior of the autoencoder: std = softplus(scale) + 1e-4; sample = mean + std * noise (noise empty: the mean).
struct GaussianSample {
  ConstTensor mean, scale;  ///< [B, C, L], strided over B allowed
  ConstTensor noise{};      ///< [B, C, L] or empty
  Tensor y;                 ///< [B, C, L]
};
void gaussian_sample(const GaussianSample& op, Stream& stream);

}  // namespace sidestep
