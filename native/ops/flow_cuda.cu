// Flow matching: interpolation, loss and the timestep embedding. Latents are small ([6000, 64] f32 is 1.5 MB): every op here
// is a few microseconds, bound by its launch.
#include <cmath>

#include "ops/cuda_ops.h"
#include "ops/cuda_reduce.cuh"
#include "ops/cuda_rows.cuh"

namespace sidestep::cuda {
namespace {

template <typename T>
__global__ void __launch_bounds__(kThreads) timestep_embedding_kernel(const float* t, T* y, int64_t half) {
  const float scaled = 1000.F * t[blockIdx.x], log_period = static_cast<float>(-log(10000.0));
  T* row = y + blockIdx.x * 2 * half;
  for (int64_t i = threadIdx.x; i < half; i += kThreads) {
    // Rounded product by product, never fused, as upstream does.
    const float exponent = __fdiv_rn(__fmul_rn(log_period, static_cast<float>(i)), static_cast<float>(half));
    const float frequency = static_cast<float>(exp(static_cast<double>(exponent)));
    const auto angle = static_cast<double>(__fmul_rn(scaled, frequency));
    row[i] = narrowed<T>(static_cast<float>(cos(angle)));
    row[half + i] = narrowed<T>(static_cast<float>(sin(angle)));
  }
}

// Reads x0 and x1, writes x_t and the velocity.
template <typename X, typename V>
struct InterpolateBody {
  const float *x0, *x1, *t;
  X* x_t;
  V* velocity;
  int64_t per_sample;
  template <int N>
  __device__ void at(int64_t b, int64_t i) const {
    static_assert(N == 1);
    const float time = t[b], data = x0[b * per_sample + i], noise = x1[b * per_sample + i];
    x_t[b * per_sample + i] = narrowed<X>(time * noise + (1.F - time) * data);
    velocity[b * per_sample + i] = narrowed<V>(noise - data);
  }
};

/// Elements one block of the loss sums: a share that the shape alone decides.
constexpr int64_t kLossElements = 1 << 13;

template <typename P, typename V>
struct Loss {
  const P* pred;
  const V* velocity;
  const float* weights;
  const int64_t* lengths;
  P* dpred;
  double* partial;  ///< [B, runs]
  int64_t batch, frames, width, runs;
  float grad_scale;

  __device__ int64_t counted(int64_t b) const {
    if (lengths == nullptr) return frames * width;
    return max(int64_t{0}, min(frames, lengths[b])) * width;
  }
};

// partial[b, run] = sum of squared differences of its counted elements; dpred, zero beyond them. Reads pred and velocity,
// writes dpred; sums in f64. A sample without frames divides by zero: its loss is NaN, which the trainer's guard reports.
template <typename P, typename V>
__global__ void __launch_bounds__(kThreads) flow_loss_kernel(const Loss<P, V> op) {
  const int64_t b = blockIdx.y, base = b * op.frames * op.width, counted = op.counted(b);
  const int64_t begin = blockIdx.x * kLossElements, end = min(begin + kLossElements, op.frames * op.width);
  const float weight = op.weights == nullptr ? 1.F : op.weights[b];
  const auto factor =
      static_cast<float>(static_cast<double>(op.grad_scale) * weight * 2.0 / static_cast<double>(op.batch * counted));
  double total = 0;
  for (int64_t i = begin + threadIdx.x; i < end; i += kThreads) {
    const bool counts = i < counted;
    const float difference = counts ? widened(op.pred[base + i]) - widened(op.velocity[base + i]) : 0.F;
    total += static_cast<double>(difference) * static_cast<double>(difference);
    if (op.dpred != nullptr) op.dpred[base + i] = narrowed<P>(counts ? factor * difference : 0.F);
  }
  total = block_sum(total);
  if (threadIdx.x == 0) op.partial[b * op.runs + blockIdx.x] = total;
}

// One thread: a few dozen additions in a fixed order.
template <typename P, typename V>
__global__ void flow_loss_sum_kernel(const Loss<P, V> op, float* per_sample, float* loss) {
  double sum = 0;
  for (int64_t b = 0; b < op.batch; ++b) {
    double total = 0;
    for (int64_t run = 0; run < op.runs; ++run) total += op.partial[b * op.runs + run];
    const double mean = total / static_cast<double>(op.counted(b));
    per_sample[b] = static_cast<float>(mean);
    sum += mean * (op.weights == nullptr ? 1.0 : static_cast<double>(op.weights[b]));
  }
  *loss = static_cast<float>(sum / static_cast<double>(op.batch));
}

template <typename P, typename V>
void run_loss(const FlowLoss& op, cudaStream_t queue) {
  const int64_t batch = op.pred.dim(0), frames = op.pred.dim(1), width = op.pred.dim(2);
  const int64_t runs = std::max<int64_t>(1, ceil_div(frames * width, kLossElements));
  const Scratch partial(static_cast<size_t>(batch * runs) * sizeof(double), queue);
  const Loss<P, V> loss{op.pred.data<P>(),
                        op.velocity.data<V>(),
                        op.weights ? op.weights.data<float>() : nullptr,
                        op.lengths ? op.lengths.data<int64_t>() : nullptr,
                        op.dpred ? op.dpred.data<P>() : nullptr,
                        partial.data<double>(),
                        batch,
                        frames,
                        width,
                        runs,
                        op.grad_scale};
  if (batch > 0) {
    launch(flow_loss_kernel<P, V>, dim3(static_cast<unsigned>(runs), static_cast<unsigned>(batch)), kThreads, 0, queue)(loss);
    SIDESTEP_CUDA_LAUNCHED("flow_loss_kernel");
  }
  launch(flow_loss_sum_kernel<P, V>, 1, 1, 0, queue)(loss, op.per_sample.data<float>(), op.loss.data<float>());
  SIDESTEP_CUDA_LAUNCHED("flow_loss_sum_kernel");
}

}  // namespace

void timestep_embedding(const TimestepEmbedding& op, Stream& stream) {
  if (op.y.numel() == 0) return;
  with_storage(op.y.dtype(), [&]<typename T>(T) {
    launch(timestep_embedding_kernel<T>, static_cast<unsigned>(op.t.dim(0)), kThreads, 0, queue_of(stream))(
        op.t.data<float>(), op.y.data<T>(), op.y.dim(1) / 2);
    SIDESTEP_CUDA_LAUNCHED("timestep_embedding_kernel");
  });
}

void flow_interpolate(const FlowInterpolate& op, Stream& stream) {
  const int64_t per_sample = op.x0.dim(1) * op.x0.dim(2);
  with_storage(op.x_t.dtype(), [&]<typename X>(X) {
    with_storage(op.velocity.dtype(), [&]<typename V>(V) {
      launch_over_rows<1>(InterpolateBody<X, V>{op.x0.data<float>(), op.x1.data<float>(), op.t.data<float>(), op.x_t.data<X>(),
                                                op.velocity.data<V>(), per_sample},
                          {op.x0.dim(0), per_sample}, queue_of(stream));
    });
  });
}

void flow_loss(const FlowLoss& op, Stream& stream) {
  with_storage(op.pred.dtype(), [&]<typename P>(P) {
    with_storage(op.velocity.dtype(), [&]<typename V>(V) { run_loss<P, V>(op, queue_of(stream)); });
  });
}

}  // namespace sidestep::cuda
