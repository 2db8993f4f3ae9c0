#pragma once
// What the attention kernels share: operands, and which kernel serves.
#include "ops/attention_band.h"
#include "ops/cuda_heads.cuh"
#include "ops/cuda_rows.cuh"

namespace sidestep::cuda {

constexpr float kLog2e = 1.44269504088896340736F, kLn2 = 0.69314718055994530942F;

/// Of a sample's keys: the first and the last + 1 that the mask shows, and whether it shows all between them, as the padding of a
/// batch does.
struct ShownKeys {
  int first, last, solid;
};

template <typename T>
struct AttentionOperands {
  Heads<const T> q, k, v;
  const uint8_t* key_mask;  ///< or null
  int64_t mask_stride;
  const ShownKeys* shown;  ///< [B], or null: then the mask's bytes decide
  int64_t queries, heads, kv_heads;
  int head_dim;
  float scale;
  Reach reach;

  __device__ int64_t kv_head(int64_t h) const { return h / (heads / kv_heads); }
  /// What the kernels visit of `range`: outside it nothing is shown.
  __device__ IndexRange visited(int64_t b, const IndexRange& range) const {
    if (shown == nullptr) return range;
    return {max(range.first, int64_t{shown[b].first}), min(range.last, int64_t{shown[b].last})};
  }
  /// Whether bytes of the mask are to be looked at within what is visited.
  __device__ bool has_holes(int64_t b) const { return key_mask != nullptr && (shown == nullptr || shown[b].solid == 0); }
  __device__ bool hidden(int64_t b, int64_t key) const { return key_mask != nullptr && key_mask[b * mask_stride + key] == 0; }
};

template <typename T, typename Op>
AttentionOperands<T> attention_operands(const Op& op) {
  return {heads_of<T>(op.q),
          heads_of<T>(op.k),
          heads_of<T>(op.v),
          op.key_mask ? op.key_mask.template data<uint8_t>() : nullptr,
          op.key_mask ? op.key_mask.stride(0) : 0,
          nullptr,
          op.q.dim(1),
          op.q.dim(2),
          op.k.dim(2),
          static_cast<int>(op.q.dim(3)),
          op.scale,
          Reach{op.k.dim(1), op.window, op.causality}};
}

/// Gradients and statistics of the backward pass; `orphans` [B, Hk, hd] is what queries without keys send to every value.
template <typename T>
struct AttentionGradients {
  Heads<const T> dout;
  const float *lse, *delta, *orphans;
  Heads<T> dq, dk, dv;
};

/// Room for dS of at least one key head (attention_score_elements).
template <typename T>
struct ScoreMemory {
  T* data;
  int64_t elements;
};

/// The keys that a query may meet, or the queries of a key, counted from the first of a tile: two numbers instead of a decision
/// for each pair.
struct Bounds {
  int first;
  uint32_t count;

  __device__ static Bounds of(const IndexRange& range, int64_t tile) {
    return {static_cast<int>(range.first - tile), static_cast<uint32_t>(max(int64_t{0}, range.last - range.first))};
  }
  __device__ bool hold(int index) const { return static_cast<uint32_t>(index - first) < count; }
};

/// The tensor cores' kernels want 16-bit heads of 64 or 128 that begin at multiples of 16 bytes.
inline bool fits_tensor_cores(std::initializer_list<ConstTensor> tensors) {
  for (const ConstTensor& t : tensors) {
    if (!t) continue;
    if (dtype_size(t.dtype()) != 2 || (t.dim(3) != 64 && t.dim(3) != 128)) return false;
    if (!packable({t}, t.dim(3), 8)) return false;
  }
  return true;
}

// In attention_forward_cuda.cu, attention_forward_hopper_cuda.cu (where has_warp_groups(), in wgmma_cuda.cuh) and
// attention_backward_cuda.cu.
template <typename T>
void attention_forward_tensor(const AttentionOperands<T>& op, const Heads<T>& out, float* lse, int64_t batch, cudaStream_t queue);
template <typename T>
void attention_forward_hopper(const AttentionOperands<T>& op, const Heads<T>& out, float* lse, int64_t batch, cudaStream_t queue);
template <typename T>
void attention_backward_tensor(const AttentionOperands<T>& op, const AttentionGradients<T>& gradients,
                               const ScoreMemory<T>& memory, int64_t batch, cudaStream_t queue);

}  // namespace sidestep::cuda
