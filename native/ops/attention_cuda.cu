// Attention: what every path needs, the plain kernels (f32, and 16-bit heads the tensor cores do not take), and the choice.
// The plain kernels give a query, or a key, to one warp; lanes share the head. Same formulas, about 1 TFLOP/s: they serve
// exactness (f32 golden cases, the text encoder's odd shapes), not training.
#include <optional>

#include "core/error.h"
#include "ops/attention_cuda.cuh"
#include "ops/cuda_ops.h"
#include "ops/cuda_reduce.cuh"
#include "ops/wgmma_cuda.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kWarps = kThreads / kWarp;

__device__ inline int64_t warp_index() { return int64_t{blockIdx.x} * kWarps + threadIdx.x / kWarp; }

/// A head spread over a warp: lane l holds elements l, l + 32, …; zeros beyond head_dim.
template <int per_lane>
struct Spread {
  float v[per_lane];

  template <typename T>
  __device__ static Spread read(const T* head, int head_dim) {
    Spread s;
#pragma unroll
    for (int i = 0; i < per_lane; ++i) {
      const int e = static_cast<int>(threadIdx.x) % kWarp + i * kWarp;
      s.v[i] = e < head_dim ? widened(head[e]) : 0.F;
    }
    return s;
  }
  template <typename T>
  __device__ void write(T* head, int head_dim, float factor) const {
#pragma unroll
    for (int i = 0; i < per_lane; ++i) {
      const int e = static_cast<int>(threadIdx.x) % kWarp + i * kWarp;
      if (e < head_dim) head[e] = narrowed<T>(v[i] * factor);
    }
  }
  __device__ float dot(const Spread& other) const {
    float sum = 0;
#pragma unroll
    for (int i = 0; i < per_lane; ++i) sum += v[i] * other.v[i];
    return warp_sum(sum);
  }
  /// this = this * keep + other * factor
  __device__ void blend(float keep, const Spread& other, float factor) {
#pragma unroll
    for (int i = 0; i < per_lane; ++i) v[i] = v[i] * keep + other.v[i] * factor;
  }
};

template <typename T, int per_lane>
__global__ void __launch_bounds__(kThreads, 2)
    attention_plain_kernel(const AttentionOperands<T> op, const Heads<T> out, float* lse, int64_t total) {
  using Head = Spread<per_lane>;
  const int64_t index = warp_index();  // of [B, H, T]
  if (index >= total) return;
  const int64_t t = index % op.queries, h = index / op.queries % op.heads, b = index / op.queries / op.heads, kv = op.kv_head(h);
  const Head q = Head::read(op.q(b, t, h), op.head_dim);
  Head sum{};
  float peak = -INFINITY, weights = 0;
  const IndexRange range = op.reach.of(t);
  for (int64_t s = range.first; s < range.last; ++s) {
    if (op.hidden(b, s)) continue;
    const float score = q.dot(Head::read(op.k(b, s, kv), op.head_dim)) * op.scale, higher = fmaxf(peak, score);
    const float keep = expf(peak - higher), weight = expf(score - higher);
    sum.blend(keep, Head::read(op.v(b, s, kv), op.head_dim), weight);
    weights = weights * keep + weight;
    peak = higher;
  }
  const bool none = weights == 0;
  if (none)  // the mean of all values
    for (int64_t s = 0; s < op.reach.keys; ++s) sum.blend(1, Head::read(op.v(b, s, kv), op.head_dim), 1);
  sum.write(out(b, t, h), op.head_dim, 1.F / (none ? static_cast<float>(op.reach.keys) : weights));
  if (lse != nullptr && threadIdx.x % kWarp == 0) lse[index] = none ? -INFINITY : peak + logf(weights);
}

template <typename T, int per_lane>
__global__ void __launch_bounds__(kThreads)
    attention_dq_plain_kernel(const AttentionOperands<T> op, const AttentionGradients<T> to, int64_t total) {
  using Head = Spread<per_lane>;
  const int64_t index = warp_index();
  if (index >= total) return;
  const int64_t t = index % op.queries, h = index / op.queries % op.heads, b = index / op.queries / op.heads, kv = op.kv_head(h);
  const Head q = Head::read(op.q(b, t, h), op.head_dim), dout = Head::read(to.dout(b, t, h), op.head_dim);
  const float lse = to.lse[index], delta = to.delta[index];
  Head dq{};
  const IndexRange range = lse == -INFINITY ? IndexRange{0, 0} : op.reach.of(t);
  for (int64_t s = range.first; s < range.last; ++s) {
    if (op.hidden(b, s)) continue;
    const Head k = Head::read(op.k(b, s, kv), op.head_dim);
    const float weight = expf(q.dot(k) * op.scale - lse);
    dq.blend(1, k, weight * (dout.dot(Head::read(op.v(b, s, kv), op.head_dim)) - delta));
  }
  dq.write(to.dq(b, t, h), op.head_dim, op.scale);
}

template <typename T, int per_lane>
__global__ void __launch_bounds__(kThreads, 2)
    attention_dkv_plain_kernel(const AttentionOperands<T> op, const AttentionGradients<T> to, int64_t total) {
  using Head = Spread<per_lane>;
  const int64_t index = warp_index();  // of [B, Hk, S]
  if (index >= total) return;
  const int64_t s = index % op.reach.keys, kv = index / op.reach.keys % op.kv_heads, b = index / op.reach.keys / op.kv_heads;
  const int64_t group = op.heads / op.kv_heads;
  const Head k = Head::read(op.k(b, s, kv), op.head_dim), v = Head::read(op.v(b, s, kv), op.head_dim);
  Head dk{}, dv = Head::read(to.orphans + (b * op.kv_heads + kv) * op.head_dim, op.head_dim);
  const IndexRange range = op.hidden(b, s) ? IndexRange{0, 0} : op.reach.queries_of(s, op.queries);
  for (int64_t h = kv * group; h < (kv + 1) * group; ++h)
    for (int64_t t = range.first; t < range.last; ++t) {
      const int64_t statistic = (b * op.heads + h) * op.queries + t;
      const float lse = to.lse[statistic];
      if (lse == -INFINITY) continue;
      const Head q = Head::read(op.q(b, t, h), op.head_dim), dout = Head::read(to.dout(b, t, h), op.head_dim);
      const float weight = expf(q.dot(k) * op.scale - lse);
      dv.blend(1, dout, weight);
      dk.blend(1, q, weight * (dout.dot(v) - to.delta[statistic]));
    }
  dk.write(to.dk(b, s, kv), op.head_dim, op.scale);
  dv.write(to.dv(b, s, kv), op.head_dim, 1);
}

// delta[b, h, t] = dot(dout, out), one read of both: 25 MB, 8 us for the 2B model's 3000 patches. One warp a row, or as many
// lanes as a row has pieces of 16 bytes.
template <typename T, int lanes>
__global__ void __launch_bounds__(kThreads)
    attention_delta_wide_kernel(const Heads<const T> dout, const Heads<const T> out, float* delta, int64_t queries, int64_t heads,
                                int64_t total) {
  const int64_t index = int64_t{blockIdx.x} * (kThreads / lanes) + threadIdx.x / lanes;
  const auto n = static_cast<uint32_t>(min(index, total - 1)), length = static_cast<uint32_t>(queries),
             many = static_cast<uint32_t>(heads);
  const uint32_t t = n % length, h = n / length % many, b = n / length / many;
  const int piece = static_cast<int>(threadIdx.x) % lanes;
  float left[8], right[8];
  load<8>(dout(b, t, h) + piece * 8, left);
  load<8>(out(b, t, h) + piece * 8, right);
  float sum = 0;
#pragma unroll
  for (int i = 0; i < 8; ++i) sum += left[i] * right[i];
  sum = lanes_sum<lanes>(sum);
  if (piece == 0 && index < total) delta[index] = sum;
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    attention_delta_kernel(const Heads<const T> dout, const Heads<const T> out, float* delta, int64_t queries, int64_t heads,
                           int head_dim, int64_t total) {
  const int64_t index = warp_index();
  if (index >= total) return;
  const int64_t t = index % queries, h = index / queries % heads, b = index / queries / heads;
  const T *left = dout(b, t, h), *right = out(b, t, h);
  float sum = 0;
  for (int i = threadIdx.x % kWarp; i < head_dim; i += kWarp) sum += widened(left[i]) * widened(right[i]);
  sum = warp_sum(sum);
  if (threadIdx.x % kWarp == 0) delta[index] = sum;
}

// orphans[b, kv, :] = sum of dout over the queries without keys of the head's group, / S. One block a key head; reads the
// statistics once, and dout only where there are such queries.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    attention_orphans_kernel(const AttentionOperands<T> op, const Heads<const T> dout, const float* lse, float* orphans) {
  const int64_t kv = blockIdx.x, b = blockIdx.y, group = op.heads / op.kv_heads;
  const float* statistics = lse + (b * op.heads + kv * group) * op.queries;  // of the group's heads, side by side
  int any = 0;
  for (int64_t i = threadIdx.x; i < group * op.queries; i += kThreads) any |= statistics[i] == -INFINITY ? 1 : 0;
  any = __syncthreads_or(any);
  for (int e = threadIdx.x; e < op.head_dim; e += kThreads) {
    float sum = 0;
    if (any)
      for (int64_t i = 0; i < group * op.queries; ++i)
        if (statistics[i] == -INFINITY)
          sum += widened(dout(b, i % op.queries, kv * group + i / op.queries)[e]) / static_cast<float>(op.reach.keys);
    orphans[(b * op.kv_heads + kv) * op.head_dim + e] = sum;
  }
}

// What a sample's mask shows: one block a sample, a byte a key.
struct Found {
  int first[kThreads], last[kThreads], count[kThreads];
};

__global__ void __launch_bounds__(kThreads)
    attention_shown_kernel(const uint8_t* mask, int64_t stride, int keys, ShownKeys* shown) {
  Found& found = shared<Found>();
  const int t = static_cast<int>(threadIdx.x);
  int first = keys, last = 0, count = 0;
  for (int s = t; s < keys; s += kThreads)
    if (mask[blockIdx.x * stride + s] != 0) first = min(first, s), last = s + 1, ++count;
  found.first[t] = first, found.last[t] = last, found.count[t] = count;
  for (int half = kThreads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (t >= half) continue;
    found.first[t] = min(found.first[t], found.first[t + half]);
    found.last[t] = max(found.last[t], found.last[t + half]);
    found.count[t] += found.count[t + half];
  }
  if (t != 0) return;
  const bool solid = found.count[0] == found.last[0] - found.first[0];
  shown[blockIdx.x] = found.count[0] == 0 ? ShownKeys{0, 0, 1} : ShownKeys{found.first[0], found.last[0], solid ? 1 : 0};
}

/// [B], for as long as it lives; none without a mask.
class ShownOfBatch {
 public:
  ShownOfBatch(const ConstTensor& key_mask, cudaStream_t queue) {
    if (!key_mask) return;
    memory_.emplace(static_cast<size_t>(key_mask.dim(0)) * sizeof(ShownKeys), queue);
    launch(attention_shown_kernel, static_cast<unsigned>(key_mask.dim(0)), kThreads, 0, queue)(
        key_mask.data<uint8_t>(), key_mask.stride(0), static_cast<int>(key_mask.dim(1)), data());
    SIDESTEP_CUDA_LAUNCHED("attention_shown_kernel");
  }
  ShownKeys* data() const { return memory_ ? memory_->template data<ShownKeys>() : nullptr; }

 private:
  std::optional<Scratch> memory_;
};

unsigned blocks_for(int64_t warps) { return static_cast<unsigned>(ceil_div(warps, int64_t{kWarps})); }

/// body<per_lane>() with as many registers a lane as the head needs.
template <typename Body>
void with_head(int head_dim, const Body& body) {
  if (head_dim <= 32)
    body.template operator()<1>();
  else if (head_dim <= 64)
    body.template operator()<2>();
  else if (head_dim <= 128)
    body.template operator()<4>();
  else if (head_dim <= 256)
    body.template operator()<8>();
  else
    throw Error("native/argument-invalid",
                "attention: expected a head size of at most 256 on CUDA, found " + std::to_string(head_dim),
                "Use device: cpu for this model.");
}

template <typename T>
void forward(const Attention& op, cudaStream_t queue) {
  AttentionOperands<T> operands = attention_operands<T>(op);
  const Heads<T> out = heads_of<T>(op.out);
  float* lse = op.lse ? op.lse.data<float>() : nullptr;
  if constexpr (sizeof(T) == 2)
    if (fits_tensor_cores({op.q, op.k, op.v, op.out})) {
      const ShownOfBatch shown(op.key_mask, queue);
      operands.shown = shown.data();
      const bool boxes = takes_boxes(operands.q, op.q.dim(0), operands.queries, operands.heads) &&
                         takes_boxes(operands.k, op.k.dim(0), operands.reach.keys, operands.kv_heads) &&
                         takes_boxes(operands.v, op.v.dim(0), operands.reach.keys, operands.kv_heads);
      return boxes && has_warp_groups() ? attention_forward_hopper<T>(operands, out, lse, op.q.dim(0), queue)
                                        : attention_forward_tensor<T>(operands, out, lse, op.q.dim(0), queue);
    }
  const int64_t total = op.q.dim(0) * op.q.dim(1) * op.q.dim(2);
  with_head(operands.head_dim, [&]<int per_lane>() {
    launch(attention_plain_kernel<T, per_lane>, blocks_for(total), kThreads, 0, queue)(operands, out, lse, total);
    SIDESTEP_CUDA_LAUNCHED("attention_plain_kernel");
  });
}

template <typename T>
void backward_plain(const AttentionOperands<T>& op, const AttentionGradients<T>& to, int64_t batch, cudaStream_t queue) {
  const int64_t queries = batch * op.heads * op.queries, keys = batch * op.kv_heads * op.reach.keys;
  with_head(op.head_dim, [&]<int per_lane>() {
    launch(attention_dq_plain_kernel<T, per_lane>, blocks_for(queries), kThreads, 0, queue)(op, to, queries);
    SIDESTEP_CUDA_LAUNCHED("attention_dq_plain_kernel");
    if (to.dk.data == nullptr) return;
    launch(attention_dkv_plain_kernel<T, per_lane>, blocks_for(keys), kThreads, 0, queue)(op, to, keys);
    SIDESTEP_CUDA_LAUNCHED("attention_dkv_plain_kernel");
  });
}

template <typename T, int lanes>
void launch_delta_wide(const AttentionBackward& op, int64_t rows, cudaStream_t queue) {
  const auto blocks = static_cast<unsigned>(ceil_div(rows, int64_t{kThreads / lanes}));
  launch(attention_delta_wide_kernel<T, lanes>, blocks, kThreads, 0, queue)(
      heads_of<T>(op.dout), heads_of<T>(op.out), op.delta.data<float>(), op.q.dim(1), op.q.dim(2), rows);
  SIDESTEP_CUDA_LAUNCHED("attention_delta_wide_kernel");
}

template <typename T>
void launch_delta(const AttentionBackward& op, cudaStream_t queue) {
  const int64_t head_dim = op.q.dim(3), rows = op.q.dim(0) * op.q.dim(1) * op.q.dim(2);
  if constexpr (sizeof(T) == 2)
    if (fits_tensor_cores({op.dout, op.out}) && rows <= UINT32_MAX)
      return head_dim == 64 ? launch_delta_wide<T, 8>(op, rows, queue) : launch_delta_wide<T, 16>(op, rows, queue);
  launch(attention_delta_kernel<T>, blocks_for(rows), kThreads, 0, queue)(heads_of<T>(op.dout), heads_of<T>(op.out),
                                                                          op.delta.data<float>(), op.q.dim(1), op.q.dim(2),
                                                                          static_cast<int>(head_dim), rows);
  SIDESTEP_CUDA_LAUNCHED("attention_delta_kernel");
}

/// dS in the caller's memory, or, where it gave none, in the pool's.
template <typename T>
void backward_tensor(const AttentionBackward& op, AttentionOperands<T> operands, const AttentionGradients<T>& to,
                     cudaStream_t queue) {
  const int64_t batch = op.q.dim(0);
  const ShownOfBatch shown(op.key_mask, queue);
  operands.shown = shown.data();
  if (op.dscores || !op.dk)
    return attention_backward_tensor<T>(operands, to, {op.dscores ? op.dscores.data<T>() : nullptr, op.dscores.numel()}, batch,
                                        queue);
  const int64_t elements = attention_score_elements(op.q, op.k, op.window, op.causality);
  const Scratch scores(static_cast<size_t>(elements) * sizeof(T), queue);
  attention_backward_tensor<T>(operands, to, {scores.data<T>(), elements}, batch, queue);
}

template <typename T>
void backward(const AttentionBackward& op, cudaStream_t queue) {
  const AttentionOperands<T> operands = attention_operands<T>(op);
  const int64_t batch = op.q.dim(0);
  const Heads<const T> dout = heads_of<T>(op.dout);
  launch_delta<T>(op, queue);
  const Scratch orphans(static_cast<size_t>(batch * operands.kv_heads * operands.head_dim) * sizeof(float), queue);
  AttentionGradients<T> to{dout, op.lse.data<float>(), op.delta.data<float>(), orphans.data<float>(), heads_of<T>(op.dq), {}, {}};
  if (op.dk) {
    to.dk = heads_of<T>(op.dk);
    to.dv = heads_of<T>(op.dv);
    const dim3 grid(static_cast<unsigned>(operands.kv_heads), static_cast<unsigned>(batch));
    launch(attention_orphans_kernel<T>, grid, kThreads, 0, queue)(operands, dout, op.lse.data<float>(), orphans.data<float>());
    SIDESTEP_CUDA_LAUNCHED("attention_orphans_kernel");
  }
  if constexpr (sizeof(T) == 2)
    if (fits_tensor_cores({op.dout, op.q, op.k, op.v, op.dq, op.dk, op.dv})) return backward_tensor<T>(op, operands, to, queue);
  backward_plain<T>(operands, to, batch, queue);
}

}  // namespace

void attention(const Attention& op, Stream& stream) {
  if (op.q.numel() == 0) return;
  with_storage(op.q.dtype(), [&]<typename T>(T) { forward<T>(op, queue_of(stream)); });
}

void attention_backward(const AttentionBackward& op, Stream& stream) {
  if (op.q.numel() == 0) return;
  with_storage(op.q.dtype(), [&]<typename T>(T) { backward<T>(op, queue_of(stream)); });
}

}  // namespace sidestep::cuda
