// Random numbers: the same Philox counters as on the CPU (core/philox.h), one block of four elements a thread. Dropout is
// memory bound (one read, one write: [3000, 2048] bf16 8 us at 3 TB/s); normal_fill computes two logarithms and four sines
// in f64 for four elements: a [6000, 64] latent takes a few microseconds.
#include <cmath>

#include "core/philox.h"
#include "ops/cuda_ops.h"
#include "ops/cuda_rows.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kPerBlock = 4;  // words of one Philox call

__device__ std::array<uint32_t, 4> words_of(RandomCounter input, int64_t block) {
  input.counter[0] = static_cast<uint32_t>(block);
  return philox4x32_10(input.counter, input.key);
}

/// `step`, if given, replaces the key's: it is read when the kernel runs.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    dropout_kernel(const T* x, T* y, int64_t n, RandomKey key, const int64_t* step, uint64_t threshold, float scale) {
  const int64_t block = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (step != nullptr) key.step = static_cast<uint64_t>(*step);
  const std::array<uint32_t, 4> words = words_of(random_counter(key, 0), block);
#pragma unroll
  for (int j = 0; j < kPerBlock; ++j) {
    const int64_t i = block * kPerBlock + j;
    if (i < n) y[i] = narrowed<T>(widened(x[i]) * (words[j] >= threshold ? scale : 0.F));
  }
}

__device__ double to_uniform(uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-32; }

// Box & Muller 1958 in f64, rounded once, as core/philox.cpp.
template <typename T>
__global__ void __launch_bounds__(kThreads) normal_fill_kernel(T* y, int64_t n, const RandomCounter input) {
  const int64_t block = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (block * kPerBlock >= n) return;
  const std::array<uint32_t, 4> words = words_of(input, block);
#pragma unroll
  for (int pair = 0; pair < 2; ++pair) {
    const double radius = sqrt(-2.0 * log(to_uniform(words[2 * pair])));
    const double angle = 2.0 * M_PI * to_uniform(words[2 * pair + 1]);
    const int64_t i = block * kPerBlock + 2 * pair;
    if (i < n) y[i] = narrowed<T>(static_cast<float>(radius * cos(angle)));
    if (i + 1 < n) y[i + 1] = narrowed<T>(static_cast<float>(radius * sin(angle)));
  }
}

unsigned blocks_for(int64_t n) { return static_cast<unsigned>(ceil_div(n, int64_t{kThreads} * kPerBlock)); }

}  // namespace

void dropout(const Dropout& op, Stream& stream) {
  if (op.x.numel() == 0) return;
  const RandomKey key{op.seed, Purpose::adapter_dropout, op.step, op.sample};
  const auto* step = op.step_counter ? op.step_counter.data<int64_t>() : nullptr;
  // bernoulli(key, i, p) drops element i: (word + 0.5) / 2^32 < p, decided here on the words themselves.
  const auto threshold = static_cast<uint64_t>(std::ceil(static_cast<double>(op.p) * 4294967296.0 - 0.5));
  with_storage(op.x.dtype(), [&]<typename T>(T) {
    const float scale = static_cast<float>(static_cast<T>(1.F / (1.F - op.p)));  // the mask is of x's dtype
    launch(dropout_kernel<T>, blocks_for(op.x.numel()), kThreads, 0, queue_of(stream))(op.x.data<T>(), op.y.data<T>(),
                                                                                       op.x.numel(), key, step, threshold, scale);
    SIDESTEP_CUDA_LAUNCHED("dropout_kernel");
  });
}

void normal_fill(const NormalFill& op, Stream& stream) {
  if (op.y.numel() == 0) return;
  with_storage(op.y.dtype(), [&]<typename T>(T) {
    launch(normal_fill_kernel<T>, blocks_for(op.y.numel()), kThreads, 0, queue_of(stream))(op.y.data<T>(), op.y.numel(),
                                                                                           random_counter(op.key, 0));
    SIDESTEP_CUDA_LAUNCHED("normal_fill_kernel");
  });
}

}  // namespace sidestep::cuda
