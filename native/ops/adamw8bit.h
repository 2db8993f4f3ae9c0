#pragma once
#include <array>
#include <vector>

#include "core/stream.h"
#include "core/tensor.h"

namespace sidestep {

/// Elements that share one scale in block-wise quantised optimizer state (Dettmers et al. 2022, section 2.1).
constexpr int64_t kQuantBlock = 256;

enum class QuantSign : uint8_t { with_sign, without_sign };

/// The dynamic tree quantisation map (Dettmers 2015; Dettmers et al. 2022, section 1.3): 256 sorted values in [-1, 1] or
/// [0, 1], the fraction getting one bit more for each power of ten that the exponent comes nearer to 1. Midpoints between
/// even steps of [0.1, 1], times 10^(i - 6), i = 0 … 6, with 2^i of them (2^(i+1) without sign), then 0 and 1.
const std::array<float, 256>& dynamic_map(QuantSign sign);

/// AdamW with both moments stored as 8-bit codes of a dynamic map, scaled by each block's largest magnitude. The arithmetic
/// of a block is done in f32 and rounded to the nearest code at the end; otherwise as AdamW.
struct AdamW8bit {
  std::vector<Tensor> params;                             ///< f32
  std::vector<ConstTensor> grads;                         ///< f32
  std::vector<Tensor> exp_avg_codes, exp_avg_sq_codes;    ///< u8, like params
  std::vector<Tensor> exp_avg_absmax, exp_avg_sq_absmax;  ///< f32, [ceil(numel / kQuantBlock)]
  double learning_rate = 0, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0.01;
  int64_t step = 1;       ///< counts from 1
  ConstTensor proceed{};  ///< [1] u8: where given and 0, nothing is done
};
void adamw8bit(const AdamW8bit& op, Stream& stream);

}  // namespace sidestep
