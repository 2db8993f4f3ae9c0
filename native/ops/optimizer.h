#pragma once
#include <vector>

#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

// Optimizers see lists of parameters, never models; every op updates all of them in one call (one launch on CUDA).
// All tensors are f32 and contiguous unless said otherwise; hyperparameters are double, because 1 - beta2 is small.

/// Sum of squares over all tensors, f64 accumulation in a fixed order; also counts elements that are not finite.
struct SquaredNorm {
  std::vector<ConstTensor> tensors;  ///< f32, contiguous
  Tensor per_tensor;                 ///< [tensors.size()] f64: sum of squares of each
  Tensor nonfinite;                  ///< [tensors.size()] i64: how many NaN or Inf in each
};
void squared_norm(const SquaredNorm& op, Stream& stream);

/// Multiplies every tensor by one factor (gradient clipping); a factor of 0 leaves zeros, whatever was there.
struct ScaleAll {
  std::vector<Tensor> tensors;  ///< f32
  float factor = 1;
  ConstTensor device_factor{};  ///< [1] f32: where given, the factor, read when the device comes to it
};
void scale_all(const ScaleAll& op, Stream& stream);

/// Decides an update where its gradients lie, so that the host need not wait for their norms: what torch's clip_grad_norm_ would
/// multiply by, and whether there is anything to take a step with.
///   norm = gain sqrt(sum squares);  factor = gain min(1, max_norm / (norm + 1e-6)), or gain where max_norm is 0
///   proceed = 1 if every loss is finite and no gradient holds a NaN or Inf, else 0
struct UpdateGate {
  ConstTensor squares;    ///< [P] f64, as squared_norm leaves them
  ConstTensor nonfinite;  ///< [P] i64, likewise
  ConstTensor losses;     ///< [M] f32
  Tensor factor;          ///< [1] f32
  Tensor proceed;         ///< [1] u8
  double max_norm = 1;
  double gain = 1;  ///< what the gradients are still to be multiplied by
};
void update_gate(const UpdateGate& op, Stream& stream);

/// AdamW (Loshchilov & Hutter 2019) as torch.optim.AdamW computes it, decoupled weight decay first:
///   p -= lr wd p;  m = b1 m + (1-b1) g;  v = b2 v + (1-b2) g^2;  p -= lr/(1-b1^t) m / (sqrt(v)/sqrt(1-b2^t) + eps)
struct AdamW {
  std::vector<Tensor> params, exp_avg, exp_avg_sq;  ///< f32
  std::vector<ConstTensor> grads;                   ///< f32
  double learning_rate = 0, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0.01;
  int64_t step = 1;       ///< counts from 1
  ConstTensor proceed{};  ///< [1] u8: where given and 0, nothing is done
  ConstTensor factor{};  ///< [1] f32: where given, g is what ScaleAll makes of the gradient with it; `grads` are left as they are
};
void adamw(const AdamW& op, Stream& stream);

/// Exponential moving average: average = decay * average + (1 - decay) * param.
struct EmaUpdate {
  std::vector<Tensor> averages;
  std::vector<ConstTensor> params;
  double decay = 0.999;
  ConstTensor proceed{};  ///< [1] u8: where given and 0, nothing is done
};
void ema_update(const EmaUpdate& op, Stream& stream);

}  // namespace sidestep
