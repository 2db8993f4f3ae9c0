#include "bench/ceilings.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "core/error.h"

namespace sidestep::bench {
namespace {

// Data sheets and architecture papers of NVIDIA; GeForce rates are those with sums in f32, half of the headline. The shares are
// estimates, none of them measured with this engine.
//
// Products by the library, where PyTorch's bf16 products have been measured on such a card and published, square ones of 2048,
// 4096 and 8192 (github.com/zzc0721/torch-performance-test-data): of the data sheet 0.93, 0.95, 1.00
// on a 3060, 1.00, 0.92, 0.97 on a 4090, 0.82, 0.87, 1.12 on a 5090, 0.68, 0.80, 0.81 on an H100. The model's own are of the size
// of the first two, 25 to 151 GFLOP, most of the work in the larger ones: 0.945 of a 3060, 0.85 of a 5090. A 4090 is given the
// least of its three. A Hopper's share is less than measured: the model's shapes leave its last wave of blocks a fifth empty (k
// and v: 96 blocks on 132 multiprocessors). Other cards have the share that was estimated before.
//
// Attention, counted from the kernels: a 64 x 64 tile of heads of 128 is 2.10 MFLOP and 160 KiB through shared memory at 128
// bytes a clock, 1640 FLOP a clock and multiprocessor at most. A Hopper tensor core does 4096 and an A100's 2048, so shared
// memory is the ceiling there (0.40, 0.80), of which softmax and barriers leave 0.63. A GeForce's does 512: one block of four
// warps would keep 0.82 of it busy (a 3060's 0.78). Two blocks fit a multiprocessor there (blocks_in_100_kib in the kernels); two
// that did not wait for each other would be idle together for the product of their idle shares, and half of what that brings is
// assumed.
//
// Its backward pass is two kernels. Scores, dv and dk: 64 keys and 32 queries are 2.10 MFLOP. Where a warp has 32 keys
// (attention_dkv_wide_cuda.cu) they are 128 KiB through shared memory, 2050 FLOP a clock: 0.50 of a Hopper. What mma.sync reaches
// of its tensor cores, some 0.62, is not far from that, so that less is left than of the forward pass's ceiling: 0.58. Large
// tiles of 16 keys a warp are 176 KiB, 1490 FLOP a clock, 0.73 of an A100, of which 0.63 are left again. With small tiles 208 KiB
// and 1260 FLOP a clock, no bound for a GeForce, whose loads are double buffered as the forward pass's are: its share. What the
// last round of blocks leaves idle (Processors in the kernel's file; 376 blocks, 88 over a condition's keys, each cut into parts)
// costs a Hopper 0.04, a 3060 0.05, a 4090 0.07, a 5090 0.16. dq: 128 queries and 64 keys are 2.10 MFLOP and 80 KiB, 3280 FLOP a
// clock (0.80 of a Hopper), 0.63 of that; 0.85 of smaller tensor cores. Its 384 blocks leave 0.19 of a Hopper and 0.27 of a 5090
// idle. dS comes from memory.
//
// Hoppers have kernels of warp groups for both (ops/attention_forward_hopper_cuda.cu, attention_dkv_hopper_cuda.cu), whose bound
// is the tensor cores: 2048 clocks a tile, beside 1792 of shared memory. What a kernel of this form reaches is published of
// FlashAttention-3 on an H100, heads of 128: 565 TFLOP/s forward over 2048 keys, 590 over 4096 (pytorch/benchmark, pull request
// 2391), 0.58 of the data sheet. In ours warp groups do not take turns, and the output leaves without a copy of boxes: 0.9 of
// that is assumed, and 0.87 for what is counted no other way: the last of three rounds of 384 blocks, 3072 queries in place of
// 3000, 384 keys in place of a band's 257: 0.45. Of the backward pass no figure is at hand for four products without dq; 0.8 of
// the forward pass's share is assumed, by the traffic of its operands: 0.36. Neither has run.
//
// Our own products (ops/gemm_mma_cuda.cu), where the library is missing: 1.05 MFLOP for 48 KiB through shared memory, 2796 FLOP a
// clock: 0.68 of a Hopper, no bound for others. Warps' own mma instructions reach 0.62 of a Hopper's tensor cores at most; of the
// lower of both 0.8 are assumed, of smaller tensor cores 0.85.
//
// Convolutions in f32 (ops/conv1d_cuda.cu): a GeForce multiplies on its f32 units, 64 of 78 instructions of the inner loop; 0.65
// are assumed. Data centres' cards multiply on tensor cores, three TF32 products for one: a third of the data sheet's TF32,
// beside which an A100's f32 units have 0.71 of the time to do, a Hopper's 0.96; 0.60 and 0.45 are assumed.
//
// Products of 8-bit codes, all estimates. Our own (ops/gemm8bit_cuda.cu) run the instructions of our 16-bit ones over half as
// many bytes. int8: an mma of twice as many terms takes an A100 as long as one of 16 bits: its share, and a Hopper's is its 0.50.
// A GeForce takes half as long for it: what is not mma weighs twice, 0.70 to 0.72. e4m3 is the library's where it is there: on a
// GeForce an mma with f32 sums takes as long as one of 16 bits, so that the share of our own 16-bit products is assumed; a Hopper
// has 0.50, less than in 16 bits, as the same traffic stands beside half of the time. Our own e4m3 has tiles of 64 x 64, half of
// the FLOP a byte from L2 that int8 has (4.4 TB/s of a 4090's at 0.85): 0.65. A Hopper's mma.sync knows no e4m3: the compiler
// widens both operands and multiplies in f16 (NVIDIA in github.com/NVIDIA/cutlass, issue 1986), at half of the rate: 0.20 of
// e4m3's where our 16-bit products would have 0.25, for the widening and the smaller tiles.
constexpr double kTera = 1e12;
const std::vector<Card> kCards = {
    // name, multiprocessors, GiB, tensor, vector, bytes/s, products, attention, its backward pass: dk and dv, dq of frozen keys,
    // dq; TF32, convolutions, own products; int8 and its share; e4m3, its share by the library and by our own kernel
    {"3060", 28, 12, 25.5 * kTera, 12.7 * kTera, 0.360 * kTera, 0.945, 0.86, 0.82, 0.82, 0.83, 0, 0.65, 0.83, 101.9 * kTera, 0.70,
     0, 0, 0},
    {"4060", 24, 8, 30.2 * kTera, 15.1 * kTera, 0.272 * kTera, 0.92, 0.89, 0.85, 0.85, 0.85, 0, 0.65, 0.85, 121.0 * kTera, 0.72,
     60.4 * kTera, 0.85, 0.65},
    {"4070", 46, 12, 58.3 * kTera, 29.1 * kTera, 0.504 * kTera, 0.92, 0.89, 0.84, 0.84, 0.78, 0, 0.65, 0.85, 233.2 * kTera, 0.72,
     116.6 * kTera, 0.85, 0.65},
    {"4090", 128, 24, 165.2 * kTera, 82.6 * kTera, 1.008 * kTera, 0.92, 0.89, 0.83, 0.83, 0.82, 0, 0.65, 0.85, 660.6 * kTera,
     0.72, 330.3 * kTera, 0.85, 0.65},
    {"5090", 170, 32, 209.5 * kTera, 104.8 * kTera, 1.792 * kTera, 0.85, 0.88, 0.74, 0.74, 0.62, 0, 0.65, 0.83, 838.0 * kTera,
     0.70, 419.0 * kTera, 0.83, 0.65},
    {"a100", 108, 80, 312.0 * kTera, 19.5 * kTera, 2.039 * kTera, 0.75, 0.50, 0.40, 0.40, 0.60, 156.0 * kTera, 0.60, 0.62,
     624.0 * kTera, 0.62, 0, 0, 0},
    {"h100", 132, 80, 989.4 * kTera, 66.9 * kTera, 3.350 * kTera, 0.63, 0.45, 0.36, 0.28, 0.41, 494.7 * kTera, 0.45, 0.50,
     1978.9 * kTera, 0.50, 1978.9 * kTera, 0.50, 0.20},
    {"h200", 132, 141, 989.4 * kTera, 66.9 * kTera, 4.800 * kTera, 0.63, 0.45, 0.36, 0.28, 0.41, 494.7 * kTera, 0.45, 0.50,
     1978.9 * kTera, 0.50, 1978.9 * kTera, 0.50, 0.20},
};

// A copy's share of the memory, which a product reaches that has enough loads under way: tiles of 64 x 64 have two stages of 8
// KiB each at least, and a card needs as many bytes as its memory moves while one load takes: a GeForce 3060 252 KB, 16 tiles, a
// 4090 43, a Hopper 205. The thin products of an adapter have 16 to 141. Where there are fewer the library cuts the sum, and
// parts of it pass through memory besides: no less than half of the bandwidth is assumed. A launch that finds the queue full
// costs its ramp up and down.
constexpr double kVectorShare = 0.5, kMemoryShare = 0.85, kFewTilesShare = 0.45;
constexpr double kBytesOfTile = 16384, kLoadSeconds = 0.7e-6;
constexpr double kLaunchSeconds = 3e-6;

enum class Unit {
  product,
  int8_product,
  e4m3_product,
  convolution,
  attention,
  attention_backward,
  attention_frozen_keys,
  attention_dq,
  vector
};

Unit unit_of(std::string_view op) {
  if (op == "attention") return Unit::attention;
  if (op == "attention_backward dk, dv") return Unit::attention_backward;
  if (op == "attention_backward") return Unit::attention_frozen_keys;
  if (op == "attention_backward dq") return Unit::attention_dq;
  if (op == "conv1d" || op == "conv_transpose1d") return Unit::convolution;
  if (op == "gemm" || op.starts_with("gemm, ")) return Unit::product;
  if (op == "gemm8bit, int8") return Unit::int8_product;
  if (op == "gemm8bit, e4m3") return Unit::e4m3_product;
  return Unit::vector;
}

double arithmetic_seconds(const Card& card, const Ceilings& ceilings, Unit unit, double flops) {
  switch (unit) {
    case Unit::product: return flops / (card.product_share * ceilings.matrix_flops);
    case Unit::int8_product: return flops / (card.int8_share * ceilings.int8_flops);
    case Unit::e4m3_product: return flops / (card.e4m3_share * ceilings.e4m3_flops);
    case Unit::convolution: return flops / (card.convolution_share * ceilings.convolution_flops);
    case Unit::attention: return flops / (card.forward_share * ceilings.matrix_flops);
    case Unit::attention_backward: return flops / (card.backward_share * ceilings.matrix_flops);
    case Unit::attention_frozen_keys: return flops / (card.frozen_keys_share * ceilings.matrix_flops);
    case Unit::attention_dq: return flops / (card.dq_share * ceilings.matrix_flops);
    case Unit::vector: return flops / (kVectorShare * ceilings.vector_flops);
  }
  __builtin_unreachable();
}

/// Of a product that has few tiles (ops/gemm.cpp says what it is tallied as); else 0.
double tiles_of(std::string_view op) {
  constexpr std::string_view kBefore = "gemm, ";
  return op.starts_with(kBefore) ? std::strtod(std::string(op.substr(kBefore.size())).c_str(), nullptr) : 0;
}

double memory_share(const Card& card, double tiles) {
  if (tiles == 0) return kMemoryShare;
  const double under_way = tiles * kBytesOfTile / (card.memory_bytes * kLoadSeconds);
  return std::clamp(kMemoryShare * under_way, kFewTilesShare, kMemoryShare);
}

/// The share of a card's multiprocessors that have a tile, on average until the last one is done. Of a product that has many
/// tiles it is in the card's share of products.
double busy_share(const Card& card, double tiles) {
  const double rounds = std::ceil(tiles / card.processors);
  return tiles == 0 || rounds > 4 ? 1 : tiles / (rounds * card.processors);
}

}  // namespace

double Ceilings::floor_seconds(std::string_view op, const Cost& cost) const {
  const auto flops = [&] {
    switch (unit_of(op)) {
      case Unit::vector: return vector_flops;
      case Unit::convolution: return convolution_flops;
      case Unit::int8_product: return int8_flops;
      case Unit::e4m3_product: return e4m3_flops;
      case Unit::product:
      case Unit::attention:
      case Unit::attention_backward:
      case Unit::attention_frozen_keys:
      case Unit::attention_dq: return matrix_flops;
    }
    __builtin_unreachable();
  };
  return std::max(cost.flops / flops(), cost.bytes / memory_bytes);
}

Ceilings Card::ceilings(DType dtype) const {
  return {dtype == DType::f32 ? vector_flops : tensor_flops, vector_flops, memory_bytes,
          tf32_flops > 0 ? tf32_flops / 3 : vector_flops,    int8_flops,   e4m3_flops};
}

size_t Card::bytes() const { return static_cast<size_t>(memory_gib * 1024 * 1024 * 1024); }

const std::vector<Card>& cards() { return kCards; }

const Card& card_of(const std::string& name) {
  std::string known;
  for (const Card& card : kCards) {
    if (card.name == name) return card;
    known += (known.empty() ? "" : ", ") + std::string(card.name);
  }
  throw Error("bench/usage", "Expected --card to be one of " + known + " but found " + name);
}

double expected_seconds(const Card& given, DType dtype, std::string_view op, const Cost& cost, Products products) {
  Card card = given;
  if (products == Products::own) {
    card.product_share = card.own_product_share;
    card.e4m3_share = card.own_e4m3_share;
  }
  const Ceilings ceilings = card.ceilings(dtype);
  const Unit unit = unit_of(op);
  const double tiles = tiles_of(op);
  return std::max({arithmetic_seconds(card, ceilings, unit, cost.flops) / busy_share(card, tiles),
                   cost.bytes / (memory_share(card, tiles) * ceilings.memory_bytes), kLaunchSeconds});
}

}  // namespace sidestep::bench
