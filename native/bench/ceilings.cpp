#include "bench/ceilings.h"

#include <algorithm>

#include "core/error.h"

namespace sidestep::bench {
namespace {

// NVIDIA H100 Tensor Core GPU data sheet, SXM5, without sparsity; the H200's data sheet gives the same arithmetic.
constexpr double kTensorFlops = 989.4e12;  // bf16 and f16, sums in f32
constexpr double kVectorFlops = 66.9e12;   // f32
constexpr double kH100Bytes = 3.35e12, kH200Bytes = 4.8e12;

// Shares of the ceilings that can be hoped for. cuBLASLt's large bf16 products: 700 to 790 TFLOP/s on that card. Attention on
// mma.sync, which this engine uses, without Hopper's own instructions: 335 TFLOP/s (Dao 2023, FlashAttention-2, section 4.1).
// Our own streaming kernels: a copy's share of the memory. A launch that finds the queue full costs its ramp up and down.
constexpr double kProductShare = 0.72, kAttentionShare = 0.34, kVectorShare = 0.5, kMemoryShare = 0.85;
constexpr double kLaunchSeconds = 3e-6;

enum class Unit { product, attention, vector };

Unit unit_of(std::string_view op) {
  if (op == "attention" || op == "attention_backward") return Unit::attention;
  if (op == "gemm" || op == "conv1d" || op == "conv_transpose1d") return Unit::product;
  return Unit::vector;
}

}  // namespace

double Ceilings::floor_seconds(std::string_view op, const Cost& cost) const {
  const double flops = unit_of(op) == Unit::vector ? vector_flops : matrix_flops;
  return std::max(cost.flops / flops, cost.bytes / memory_bytes);
}

Ceilings card_ceilings(const std::string& name, DType dtype) {
  const double matrix = dtype == DType::f32 ? kVectorFlops : kTensorFlops;  // no TF32
  if (name == "h100") return {matrix, kVectorFlops, kH100Bytes};
  if (name == "h200") return {matrix, kVectorFlops, kH200Bytes};
  throw Error("bench/usage", "Expected --card h100 or h200 but found " + name);
}

double expected_seconds(const Ceilings& card, std::string_view op, const Cost& cost) {
  const Unit unit = unit_of(op);
  const double share = unit == Unit::product ? kProductShare : unit == Unit::attention ? kAttentionShare : kVectorShare;
  const double arithmetic = cost.flops / (share * (unit == Unit::vector ? card.vector_flops : card.matrix_flops));
  return std::max({arithmetic, cost.bytes / (kMemoryShare * card.memory_bytes), kLaunchSeconds});
}

}  // namespace sidestep::bench
