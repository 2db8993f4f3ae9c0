#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "core/stream.h"

namespace sidestep::bench {

/// What a machine can do at most.
struct Ceilings {
  double matrix_flops = 0;                ///< products, attention: tensor cores for 16-bit operands
  double vector_flops = 0;                ///< everything else
  double memory_bytes = 0;                ///< bytes/s
  double convolution_flops = 0;           ///< in f32
  double int8_flops = 0, e4m3_flops = 0;  ///< products of 8-bit codes; 0: there are none

  /// The time below which no call can be: its arithmetic or its compulsory traffic, whichever takes longer.
  double floor_seconds(std::string_view op, const Cost& cost) const;
};

/// A card from its data sheet, and the shares of its ceilings that this engine's kernels can be hoped to reach there.
struct Card {
  std::string_view name;  ///< as `--card` takes it
  double processors = 0;  ///< multiprocessors
  double memory_gib = 0;
  double tensor_flops = 0;       ///< bf16 with sums in f32, without sparsity
  double vector_flops = 0;       ///< f32
  double memory_bytes = 0;       ///< bytes/s
  double product_share = 0;      ///< of tensor_flops, by the library's products of this model's shapes
  double forward_share = 0;      ///< of tensor_flops, by attention
  double backward_share = 0;     ///< of tensor_flops, by attention's backward pass but for dq
  double frozen_keys_share = 0;  ///< of tensor_flops, by attention's backward pass where keys want no gradients
  double dq_share = 0;           ///< of tensor_flops, by the product that makes dq of kept gradients of scores
  double tf32_flops = 0;         ///< of tensor cores, where f32 convolutions use them in three products for one; else 0
  double convolution_share = 0;  ///< of a third of that, or of vector_flops
  double own_product_share = 0;  ///< of tensor_flops, by the engine's own products in place of the library's
  double int8_flops = 0;         ///< of tensor cores, with 32-bit sums
  double int8_share = 0;         ///< of that, by the engine's own product
  double e4m3_flops = 0;         ///< of tensor cores, with f32 sums; 0: none
  double e4m3_share = 0;         ///< of that, by the library's product
  double own_e4m3_share = 0;     ///< of that, by the engine's own in its place

  Ceilings ceilings(DType dtype) const;
  size_t bytes() const;
};

/// Every card there is a row for.
const std::vector<Card>& cards();
/// Throws bench/usage.
const Card& card_of(const std::string& name);

/// Whose matrix products run: cuBLASLt's, or the engine's own where it is missing.
enum class Products : uint8_t { library, own };

/// Above the floor: by the shares that such kernels reach and what a launch costs.
double expected_seconds(const Card& card, DType dtype, std::string_view op, const Cost& cost,
                        Products products = Products::library);

}  // namespace sidestep::bench
