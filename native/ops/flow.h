#pragma once
#include "core/philox.h"
#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Sinusoidal embedding of timesteps: y[b] = [cos(1000 t f_i) …, sin(1000 t f_i) …], f_i = 10000^(-i / (D/2)).
/// Exponent, frequency and angle are rounded to f32 each, in upstream's order: the angle reaches 1000 rad, so these roundings
/// cost 3e-5, more than all others of a model together. The sine and cosine of the angle are exact.
struct TimestepEmbedding {
  ConstTensor t;  ///< [B] f32
  Tensor y;       ///< [B, D]
};
void timestep_embedding(const TimestepEmbedding& op, Stream& stream);

/// Flow matching (Lipman et al. 2023) in ACE-Step's direction, t = 1 is noise:
///   x_t = t * x1 + (1 - t) * x0,  velocity = x1 - x0
struct FlowInterpolate {
  ConstTensor x0, x1;    ///< [B, T, C]  f32; data, noise
  ConstTensor t;         ///< [B] f32
  Tensor x_t, velocity;  ///< [B, T, C]
};
void flow_interpolate(const FlowInterpolate& op, Stream& stream);

/// Mean squared error against the velocity, optionally weighted per sample and masked:
///   per_sample[b] = mean over frames < lengths[b] and channels of (pred - velocity)^2
///   loss = mean over b of weights[b] * per_sample[b]
///   dpred = grad_scale * dloss/dpred
/// Sums are taken in f64 in a fixed order. With no lengths every frame counts (upstream).
struct FlowLoss {
  ConstTensor pred, velocity;  ///< [B, T, C]
  ConstTensor weights{};       ///< [B] f32 or empty (1)
  ConstTensor lengths{};       ///< [B] i64 valid frames, or empty (T)
  Tensor per_sample;           ///< [B] f32, unweighted
  Tensor loss;                 ///< [1] f32
  Tensor dpred{};              ///< like pred, or empty
  float grad_scale = 1;
};
void flow_loss(const FlowLoss& op, Stream& stream);

/// y[i] = normal(key, i): standard normal noise, element i of the stream `key`. Contiguous.
struct NormalFill {
  Tensor y;
  RandomKey key;
};
void normal_fill(const NormalFill& op, Stream& stream);

}  // namespace sidestep
