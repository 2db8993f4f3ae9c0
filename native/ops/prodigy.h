#pragma once
#include <vector>

#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// First half of a Prodigy step (Mishchenko & Defazio 2023, as prodigyopt 1.1.2 computes it): the moments, which hold
/// d-scaled gradients, and the sums from which the host finds the next d.
///   numerator += g . (p0 - p)                                   (the caller scales it by (d/d0) dlr)
///   m = b1 m + d (1-b1) g;  v = b2 v + d^2 (1-b2) g^2;  s = b3 s + s_gain g;  denominator += sum |s|
struct ProdigyMoments {
  std::vector<ConstTensor> params, params0, grads;  ///< f32; params0: where training began
  std::vector<Tensor> exp_avg, exp_avg_sq, s;       ///< f32
  Tensor numerator, denominator;                    ///< [params.size()] f64: the sums of each tensor, written
  double d = 0, beta1 = 0.9, beta2 = 0.999, beta3 = 0.9995, s_gain = 0;
};
void prodigy_moments(const ProdigyMoments& op, Stream& stream);

/// Second half, once d is known:  p -= dlr wd p;  p -= dlr m / (sqrt(v) + d eps), dlr from the old d, the rest the new.
struct ProdigyUpdate {
  std::vector<Tensor> params;
  std::vector<ConstTensor> exp_avg, exp_avg_sq;
  double d = 0, dlr = 0, eps = 1e-8, weight_decay = 0;
};
void prodigy_update(const ProdigyUpdate& op, Stream& stream);

}  // namespace sidestep
