// Optimizers over lists of parameters, one launch for all of them. Memory bound: AdamW reads four and writes three f32 an
// element for 14 FLOPs. Rank 64 on all linears of the 2B model is about 90 M parameters: 2.5 GB, 0.85 ms at 3 TB/s.
#include <cmath>

#include "ops/cuda_lists.cuh"
#include "ops/cuda_ops.h"
#include "ops/cuda_reduce.cuh"

namespace sidestep::cuda {
namespace {

struct AdamRates {
  float decay, gain1, beta2, gain2, eps, step_size, root_correction;
};

/// Rounded by itself, so that the bits are the same whether a gradient is scaled where it lies or on its way into an update.
__device__ inline float scaled(float x, float factor) { return factor == 0 ? 0.F : __fmul_rn(x, factor); }

// The arithmetic of optimizer_cpu.cpp, element by element.
__global__ void __launch_bounds__(kThreads)
    adamw_kernel(SIDESTEP_GRID_CONSTANT(TensorTable<4>) table, const AdamRates rates, const uint8_t* gate, const float* factor) {
  if (held_back(gate)) return;
  const auto [tensor, begin, end] = table.chunk(blockIdx.x);
  const float* g = table.operand<const float>(0, tensor);
  float *p = table.operand<float>(1, tensor), *m = table.operand<float>(2, tensor), *v = table.operand<float>(3, tensor);
  const float scale = factor == nullptr ? 1.F : *factor;
  for (int64_t j = begin + threadIdx.x; j < end; j += kThreads) {
    const float gradient = scaled(g[j], scale);
    const float first = m[j] + (gradient - m[j]) * rates.gain1;
    const float second = v[j] * rates.beta2 + rates.gain2 * gradient * gradient;
    m[j] = first;
    v[j] = second;
    p[j] = p[j] * rates.decay - rates.step_size * (first / (sqrtf(second) / rates.root_correction + rates.eps));
  }
}

// One read and one write an element; one write where zeros are left.
__global__ void __launch_bounds__(kThreads)
    scale_all_kernel(SIDESTEP_GRID_CONSTANT(TensorTable<1>) table, float given, const float* device_factor) {
  const float factor = device_factor == nullptr ? given : *device_factor;
  const auto [tensor, begin, end] = table.chunk(blockIdx.x);
  float* x = table.operand<float>(0, tensor);
  if (factor == 0) {
    for (int64_t j = begin + threadIdx.x; j < end; j += kThreads) x[j] = 0;
    return;
  }
  for (int64_t j = begin + threadIdx.x; j < end; j += kThreads) x[j] = scaled(x[j], factor);
}

__global__ void __launch_bounds__(kThreads)
    ema_kernel(SIDESTEP_GRID_CONSTANT(TensorTable<2>) table, float gain, const uint8_t* gate) {
  if (held_back(gate)) return;
  const auto [tensor, begin, end] = table.chunk(blockIdx.x);
  float* average = table.operand<float>(0, tensor);
  const float* p = table.operand<const float>(1, tensor);
  for (int64_t j = begin + threadIdx.x; j < end; j += kThreads) average[j] += (p[j] - average[j]) * gain;
}

// One read an element; a partial sum in f64 and a count of NaN and Inf per block, added up per tensor by the next kernel.
__global__ void __launch_bounds__(kThreads)
    squared_norm_kernel(SIDESTEP_GRID_CONSTANT(TensorTable<1>) table, double* sums, int64_t* nonfinite) {
  const auto [tensor, begin, end] = table.chunk(blockIdx.x);
  const float* x = table.operand<const float>(0, tensor);
  double sum = 0;
  int64_t bad = 0;
  for (int64_t j = begin + threadIdx.x; j < end; j += kThreads) {
    sum += static_cast<double>(x[j]) * static_cast<double>(x[j]);
    bad += isfinite(x[j]) ? 0 : 1;
  }
  sum = block_sum(sum);
  bad = block_sum(bad);
  if (threadIdx.x != 0) return;
  sums[blockIdx.x] = sum;
  nonfinite[blockIdx.x] = bad;
}

// One thread a tensor adds its blocks' parts in order.
__global__ void __launch_bounds__(kThreads) sum_chunks_kernel(SIDESTEP_GRID_CONSTANT(TensorTable<1>) table, const double* sums,
                                                              const int64_t* bad, double* per_tensor, int64_t* nonfinite) {
  const int i = static_cast<int>(blockIdx.x * kThreads + threadIdx.x);
  if (i >= table.tensors) return;
  const int last = i + 1 < table.tensors ? table.first_chunk[i + 1] : table.chunks;
  double sum = 0;
  int64_t count = 0;
  for (int c = table.first_chunk[i]; c < last; ++c) {
    sum += sums[c];
    count += bad[c];
  }
  per_tensor[table.first_tensor + i] = sum;
  nonfinite[table.first_tensor + i] = count;
}

struct GateParts {
  double of[kThreads];
};

// One block: a few hundred numbers, 16 bytes a parameter, added by one thread in their order. Some 10 us; nothing waits for it
// but the update.
__global__ void __launch_bounds__(kThreads)
    update_gate_kernel(const double* squares, const int64_t* nonfinite, int64_t parameters, const float* losses,
                       int64_t loss_count, double max_norm, double gain, float* factor, uint8_t* proceed) {
  auto& part = shared<GateParts>().of;
  double total = 0;
  int64_t bad = 0;
  for (int64_t first = 0; first < parameters; first += kThreads) {
    const int64_t i = first + threadIdx.x, last = min(int64_t{kThreads}, parameters - first);
    if (i < parameters) {
      part[threadIdx.x] = squares[i];
      bad += nonfinite[i] == 0 ? 0 : 1;
    }
    __syncthreads();
    if (threadIdx.x == 0)
      for (int64_t k = 0; k < last; ++k) total += part[k];
    __syncthreads();
  }
  for (int64_t i = threadIdx.x; i < loss_count; i += kThreads) bad += isfinite(losses[i]) ? 0 : 1;
  bad = block_sum(bad);
  if (threadIdx.x != 0) return;
  const double norm = sqrt(total) * gain;
  const double clip = max_norm > 0 ? fmin(1.0, max_norm / (norm + 1e-6)) : 1.0;
  *factor = static_cast<float>(clip * gain);
  *proceed = bad == 0 ? 1 : 0;
}

}  // namespace

void update_gate(const UpdateGate& op, Stream& stream) {
  launch(update_gate_kernel, 1, kThreads, 0, queue_of(stream))(
      op.squares.data<double>(), op.nonfinite.data<int64_t>(), op.squares.numel(), op.losses.data<float>(), op.losses.numel(),
      op.max_norm, op.gain, op.factor.data<float>(), op.proceed.data<uint8_t>());
  SIDESTEP_CUDA_LAUNCHED("update_gate_kernel");
}

void squared_norm(const SquaredNorm& op, Stream& stream) {
  const cudaStream_t queue = queue_of(stream);
  if (op.tensors.empty()) return;
  SIDESTEP_CUDA_CHECK(cudaMemsetAsync(op.per_tensor.raw(), 0, op.per_tensor.bytes(), queue));
  SIDESTEP_CUDA_CHECK(cudaMemsetAsync(op.nonfinite.raw(), 0, op.nonfinite.bytes(), queue));
  over_tables<1>(
      op.tensors, [&](size_t i) { return std::array{op.tensors[i].raw()}; },
      [&](const TensorTable<1>& table) {
        const auto chunks = static_cast<size_t>(table.chunks);
        const Scratch sums(chunks * sizeof(double), queue), bad(chunks * sizeof(int64_t), queue);
        launch(squared_norm_kernel, static_cast<unsigned>(table.chunks), kThreads, 0, queue)(table, sums.data<double>(),
                                                                                             bad.data<int64_t>());
        SIDESTEP_CUDA_LAUNCHED("squared_norm_kernel");
        launch(sum_chunks_kernel, static_cast<unsigned>(ceil_div(table.tensors, kThreads)), kThreads, 0, queue)(
            table, sums.data<double>(), bad.data<int64_t>(), op.per_tensor.data<double>(), op.nonfinite.data<int64_t>());
        SIDESTEP_CUDA_LAUNCHED("sum_chunks_kernel");
      });
}

void scale_all(const ScaleAll& op, Stream& stream) {
  const cudaStream_t queue = queue_of(stream);
  over_tables<1>(
      op.tensors, [&](size_t i) { return std::array<const void*, 1>{op.tensors[i].raw()}; },
      [&](const TensorTable<1>& table) {
        launch(scale_all_kernel, static_cast<unsigned>(table.chunks), kThreads, 0, queue)(
            table, op.factor, op.device_factor ? op.device_factor.data<float>() : nullptr);
        SIDESTEP_CUDA_LAUNCHED("scale_all_kernel");
      });
}

void adamw(const AdamW& op, Stream& stream) {
  const cudaStream_t queue = queue_of(stream);
  const double correction1 = 1 - std::pow(op.beta1, static_cast<double>(op.step));
  const double correction2 = std::sqrt(1 - std::pow(op.beta2, static_cast<double>(op.step)));
  const AdamRates rates{static_cast<float>(1 - op.learning_rate * op.weight_decay),
                        static_cast<float>(1 - op.beta1),
                        static_cast<float>(op.beta2),
                        static_cast<float>(1 - op.beta2),
                        static_cast<float>(op.eps),
                        static_cast<float>(op.learning_rate / correction1),
                        static_cast<float>(correction2)};
  const auto pointers = [&](size_t i) {
    return std::array<const void*, 4>{op.grads[i].raw(), op.params[i].raw(), op.exp_avg[i].raw(), op.exp_avg_sq[i].raw()};
  };
  over_tables<4>(op.params, pointers, [&](const TensorTable<4>& table) {
    launch(adamw_kernel, static_cast<unsigned>(table.chunks), kThreads, 0, queue)(table, rates, gate_of(op.proceed),
                                                                                  op.factor ? op.factor.data<float>() : nullptr);
    SIDESTEP_CUDA_LAUNCHED("adamw_kernel");
  });
}

void ema_update(const EmaUpdate& op, Stream& stream) {
  const cudaStream_t queue = queue_of(stream);
  const auto gain = static_cast<float>(1 - op.decay);
  over_tables<2>(
      op.averages,
      [&](size_t i) {
        return std::array<const void*, 2>{op.averages[i].raw(), op.params[i].raw()};
      },
      [&](const TensorTable<2>& table) {
        launch(ema_kernel, static_cast<unsigned>(table.chunks), kThreads, 0, queue)(table, gain, gate_of(op.proceed));
        SIDESTEP_CUDA_LAUNCHED("ema_kernel");
      });
}

}  // namespace sidestep::cuda
