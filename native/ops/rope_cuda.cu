// RMSNorm over each head with rotary embedding, read once and written once, 16 bytes a lane: a head of 128 in 16 bits is half a
// warp's. Heads of other sizes, and of 32 bits, are a warp's each, an element a lane. 7 to 10 FLOPs an element: memory bound. q
// of the 2B model, [3000, 16, 128] bf16, 25 MB: 8 us at 3 TB/s.
#include "ops/cuda_heads.cuh"
#include "ops/cuda_ops.h"
#include "ops/cuda_reduce.cuh"
#include "ops/cuda_rows.cuh"

namespace sidestep::cuda {
namespace {

/// What forward and backward share; weight, cos and sin may be null.
template <typename T>
struct HeadNorm {
  const T* weight;
  const float *cos, *sin;
  int64_t frames, heads, total;
  int head_dim;

  /// One head of one frame of one sample.
  struct Place {
    int64_t b, t, h;
  };
  __device__ Place place(int64_t n) const { return {n / heads / frames, n / heads % frames, n % heads}; }
};

/// This warp's head, or past the end.
__device__ inline int64_t warp_index() { return int64_t{blockIdx.x} * (kThreads / kWarp) + threadIdx.x / kWarp; }

/// x inv_rms weight, rounded as upstream rounds, or x itself without a weight.
template <typename T>
__device__ float normalised(const T* x, const T* weight, float inv_rms, int i) {
  const float v = widened(x[i]);
  return weight == nullptr ? v : rounded<T>(rounded<T>(v * inv_rms) * widened(weight[i]));
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    qk_norm_rope_kernel(const HeadNorm<T> op, const Heads<const T> x, const Heads<T> y, float* inv_rms_out, float eps) {
  const int64_t n = warp_index();
  if (n >= op.total) return;
  const auto [b, t, h] = op.place(n);
  const T* in = x(b, t, h);
  T* out = y(b, t, h);
  const int lane = threadIdx.x % kWarp;
  float squares = 0;
  for (int i = lane; i < op.head_dim; i += kWarp) {
    const float v = widened(in[i]);
    squares += v * v;
  }
  const float inv_rms = 1.F / sqrtf(warp_sum(squares) / static_cast<float>(op.head_dim) + eps);
  if (inv_rms_out != nullptr && lane == 0) inv_rms_out[n] = inv_rms;
  if (op.cos == nullptr) {
    for (int i = lane; i < op.head_dim; i += kWarp) out[i] = narrowed<T>(normalised(in, op.weight, inv_rms, i));
    return;
  }
  const int half = op.head_dim / 2;
  for (int i = lane; i < half; i += kWarp) {
    const float c = op.cos[t * half + i], s = op.sin[t * half + i];
    const float first = normalised(in, op.weight, inv_rms, i), second = normalised(in, op.weight, inv_rms, half + i);
    out[i] = narrowed<T>(first * c - second * s);
    out[half + i] = narrowed<T>(second * c + first * s);
  }
}

/// Element i of the gradient before the rotation.
template <typename T>
__device__ float unrotated(const HeadNorm<T>& op, const T* dy, int64_t t, int i) {
  const float g = widened(dy[i]);
  if (op.cos == nullptr) return g;
  const int half = op.head_dim / 2, column = i < half ? i : i - half;
  const float c = op.cos[t * half + column], s = op.sin[t * half + column];
  return i < half ? g * c + widened(dy[i + half]) * s : g * c - widened(dy[i - half]) * s;
}

/// Gradient with respect to x of element i.
template <typename T>
__device__ float input_gradient(const HeadNorm<T>& op, const T* x, float g, float inv_rms, float pull, int i) {
  return op.weight == nullptr ? g : inv_rms * (g * widened(op.weight[i]) - widened(x[i]) * pull);
}

// Reads dy and x, writes dx. A lane computes both halves of a pair before it writes either: dx may alias dy.
template <typename T>
__global__ void __launch_bounds__(kThreads, 2)  // for a third block the assembler spills on sm_120
    qk_norm_rope_backward_kernel(const HeadNorm<T> op, const Heads<const T> dy, const Heads<const T> x, const float* inv_rms_in,
                                 const Heads<T> dx) {
  const int64_t n = warp_index();
  if (n >= op.total) return;
  const auto [b, t, h] = op.place(n);
  const T *g = dy(b, t, h), *in = x(b, t, h);
  T* out = dx(b, t, h);
  const int lane = threadIdx.x % kWarp, half = op.head_dim / 2;
  const float inv_rms = op.weight == nullptr ? 1.F : inv_rms_in[n];
  float dot = 0;
  if (op.weight != nullptr)
    for (int i = lane; i < op.head_dim; i += kWarp) dot += unrotated(op, g, t, i) * widened(op.weight[i]) * widened(in[i]);
  const float pull = inv_rms * inv_rms * (warp_sum(dot) / static_cast<float>(op.head_dim));
  if (op.cos == nullptr) {
    for (int i = lane; i < op.head_dim; i += kWarp) out[i] = narrowed<T>(input_gradient(op, in, widened(g[i]), inv_rms, pull, i));
    return;
  }
  for (int i = lane; i < half; i += kWarp) {
    const float first = input_gradient(op, in, unrotated(op, g, t, i), inv_rms, pull, i);
    const float second = input_gradient(op, in, unrotated(op, g, t, half + i), inv_rms, pull, half + i);
    out[i] = narrowed<T>(first);
    out[half + i] = narrowed<T>(second);
  }
}

/// Elements that a lane of the wide kernels has of its head.
constexpr int kWide = 8;

/// The head of these lanes, and which of its pieces this lane has. Lanes past the end go along with the last head and store
/// nothing.
struct WidePlace {
  int64_t n, b, t, h;
  int piece;
  bool valid;
};

template <int lanes, typename T>
__device__ WidePlace wide_place(const HeadNorm<T>& op) {
  const int64_t index = int64_t{blockIdx.x} * (kThreads / lanes) + threadIdx.x / lanes;
  const auto n = static_cast<uint32_t>(min(index, op.total - 1)), heads = static_cast<uint32_t>(op.heads);
  const uint32_t frame = n / heads, frames = static_cast<uint32_t>(op.frames);
  return {n, frame / frames, frame % frames, n % heads, static_cast<int>(threadIdx.x) % lanes, index < op.total};
}

/// Rotates this lane's piece: the other half of its pairs is a lane's half a head away. `backward`: the other way round.
template <int lanes, typename T>
__device__ void rotate(const HeadNorm<T>& op, const WidePlace& at, float (&v)[kWide], bool backward) {
  constexpr int kHalf = lanes / 2;
  const int64_t column = at.t * (kHalf * kWide) + at.piece % kHalf * kWide;
  float c[kWide], s[kWide];
#pragma unroll
  for (int i = 0; i < kWide; i += 4) {
    load<4>(op.cos + column + i, reinterpret_cast<float(&)[4]>(c[i]));
    load<4>(op.sin + column + i, reinterpret_cast<float(&)[4]>(s[i]));
  }
  const float sign = (at.piece < kHalf) == backward ? 1.F : -1.F;
#pragma unroll
  for (int i = 0; i < kWide; ++i) {
    const float other = __shfl_xor_sync(kAllLanes, v[i], kHalf);
    v[i] = v[i] * c[i] + sign * other * s[i];
  }
}

template <typename T, int lanes>
__global__ void __launch_bounds__(kThreads)
    qk_norm_rope_wide_kernel(const HeadNorm<T> op, const Heads<const T> x, const Heads<T> y, float* inv_rms_out, float eps) {
  const WidePlace at = wide_place<lanes>(op);
  float v[kWide], weight[kWide];
  load<kWide>(x(at.b, at.t, at.h) + at.piece * kWide, v);
  float squares = 0;
#pragma unroll
  for (int i = 0; i < kWide; ++i) squares += v[i] * v[i];
  const float inv_rms = 1.F / sqrtf(lanes_sum<lanes>(squares) / static_cast<float>(lanes * kWide) + eps);
  if (inv_rms_out != nullptr && at.valid && at.piece == 0) inv_rms_out[at.n] = inv_rms;
  if (op.weight != nullptr) {
    load<kWide>(op.weight + at.piece * kWide, weight);
#pragma unroll
    for (int i = 0; i < kWide; ++i) v[i] = rounded<T>(rounded<T>(v[i] * inv_rms) * weight[i]);
  }
  if (op.cos != nullptr) rotate<lanes>(op, at, v, false);
  if (at.valid) store<kWide>(y(at.b, at.t, at.h) + at.piece * kWide, v);
}

// A lane has read all of its piece before it writes: dx may alias dy.
template <typename T, int lanes>
__global__ void __launch_bounds__(kThreads)
    qk_norm_rope_backward_wide_kernel(const HeadNorm<T> op, const Heads<const T> dy, const Heads<const T> x,
                                      const float* inv_rms_in, const Heads<T> dx) {
  const WidePlace at = wide_place<lanes>(op);
  float g[kWide];
  load<kWide>(dy(at.b, at.t, at.h) + at.piece * kWide, g);
  if (op.cos != nullptr) rotate<lanes>(op, at, g, true);
  if (op.weight != nullptr) {
    float in[kWide], weight[kWide];
    load<kWide>(x(at.b, at.t, at.h) + at.piece * kWide, in);
    load<kWide>(op.weight + at.piece * kWide, weight);
    float dot = 0;
#pragma unroll
    for (int i = 0; i < kWide; ++i) dot += g[i] * weight[i] * in[i];
    const float inv_rms = inv_rms_in[at.n];
    const float pull = inv_rms * inv_rms * (lanes_sum<lanes>(dot) / static_cast<float>(lanes * kWide));
#pragma unroll
    for (int i = 0; i < kWide; ++i) g[i] = inv_rms * (g[i] * weight[i] - in[i] * pull);
  }
  if (at.valid) store<kWide>(dx(at.b, at.t, at.h) + at.piece * kWide, g);
}

/// Calls body.operator()<T, lanes>() where the wide kernels serve: 16-bit heads of 64 or 128, every one at a multiple of 16
/// bytes.
template <typename T, typename Op, typename Body>
bool wide(const Op& op, std::initializer_list<ConstTensor> heads, const Body& body) {
  if constexpr (sizeof(T) == 2) {
    const int64_t head_dim = op.x.dim(3), total = op.x.dim(0) * op.x.dim(1) * op.x.dim(2);
    const bool tables = !op.cos || (aligned(op.cos.raw(), 16) && aligned(op.sin.raw(), 16));
    if (!packable(heads, head_dim, kWide) || !tables || (op.weight && !aligned(op.weight.raw(), 16)) || total > UINT32_MAX)
      return false;
    if (head_dim == 64)
      body.template operator()<8>();
    else if (head_dim == 128)
      body.template operator()<16>();
    else
      return false;
    return true;
  } else {
    return false;
  }
}

template <typename T, typename Op>
HeadNorm<T> head_norm(const Op& op) {
  return {op.weight ? op.weight.template data<T>() : nullptr,
          op.cos ? op.cos.template data<float>() : nullptr,
          op.sin ? op.sin.template data<float>() : nullptr,
          op.x.dim(1),
          op.x.dim(2),
          op.x.dim(0) * op.x.dim(1) * op.x.dim(2),
          static_cast<int>(op.x.dim(3))};
}

template <int lanes>
unsigned wide_blocks(int64_t heads) {
  return static_cast<unsigned>(ceil_div(heads, int64_t{kThreads / lanes}));
}

unsigned blocks_for(int64_t heads) { return static_cast<unsigned>(ceil_div(heads, int64_t{kThreads / kWarp})); }

}  // namespace

void qk_norm_rope(const QkNormRope& op, Stream& stream) {
  if (op.x.numel() == 0) return;
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    const HeadNorm<T> heads = head_norm<T>(op);
    float* const inv_rms = op.inv_rms ? op.inv_rms.data<float>() : nullptr;
    const bool done = wide<T>(op, {op.x, op.y}, [&]<int lanes>() {
      launch(qk_norm_rope_wide_kernel<T, lanes>, wide_blocks<lanes>(heads.total), kThreads, 0, queue_of(stream))(
          heads, heads_of<T>(op.x), heads_of<T>(op.y), inv_rms, op.eps);
      SIDESTEP_CUDA_LAUNCHED("qk_norm_rope_wide_kernel");
    });
    if (done) return;
    launch(qk_norm_rope_kernel<T>, blocks_for(heads.total), kThreads, 0, queue_of(stream))(heads, heads_of<T>(op.x),
                                                                                           heads_of<T>(op.y), inv_rms, op.eps);
    SIDESTEP_CUDA_LAUNCHED("qk_norm_rope_kernel");
  });
}

void qk_norm_rope_backward(const QkNormRopeBackward& op, Stream& stream) {
  if (op.x.numel() == 0) return;
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    const HeadNorm<T> heads = head_norm<T>(op);
    const float* const inv_rms = op.inv_rms ? op.inv_rms.data<float>() : nullptr;
    const bool done = wide<T>(op, {op.dy, op.x, op.dx}, [&]<int lanes>() {
      launch(qk_norm_rope_backward_wide_kernel<T, lanes>, wide_blocks<lanes>(heads.total), kThreads, 0, queue_of(stream))(
          heads, heads_of<T>(op.dy), heads_of<T>(op.x), inv_rms, heads_of<T>(op.dx));
      SIDESTEP_CUDA_LAUNCHED("qk_norm_rope_backward_wide_kernel");
    });
    if (done) return;
    launch(qk_norm_rope_backward_kernel<T>, blocks_for(heads.total), kThreads, 0, queue_of(stream))(
        heads, heads_of<T>(op.dy), heads_of<T>(op.x), inv_rms, heads_of<T>(op.dx));
    SIDESTEP_CUDA_LAUNCHED("qk_norm_rope_backward_kernel");
  });
}

}  // namespace sidestep::cuda
