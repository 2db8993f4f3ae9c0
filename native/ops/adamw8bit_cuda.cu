// AdamW with 8-bit moments: one warp decodes, updates and encodes one block of 256 elements. Memory bound: reads p, g and two
// bytes of state, writes p and two bytes (16 bytes an element, 30 FLOPs and two searches of 8 steps in shared memory): 90 M
// parameters move 1.4 GB, 0.5 ms at 3 TB/s.
#include <cmath>

#include "ops/cuda_lists.cuh"
#include "ops/cuda_ops.h"
#include "ops/cuda_reduce.cuh"

namespace sidestep::cuda {
namespace {

static_assert(sizeof(TensorTable<6>) + 2048 + 64 <= (kTableBytes > 4096 ? 32764 : 4096), "a kernel's arguments");
static_assert(kListChunk % kQuantBlock == 0);
constexpr int kMapSize = 256;
constexpr int kPerLane = static_cast<int>(kQuantBlock) / kWarp;

struct Maps {
  float with_sign[kMapSize], without_sign[kMapSize];
};

struct Rates {
  float beta1, beta2, gain1, gain2, eps, decay, step_size, root_correction;
};

/// Index of the nearest map value; the upper one where two are equally near.
__device__ uint8_t nearest_code(const float* map, float value) {
  int low = 0, high = kMapSize;  // first value that is not below
  while (low < high) {
    const int middle = (low + high) / 2;
    if (map[middle] < value)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return 0;
  if (low == kMapSize) return kMapSize - 1;
  return static_cast<uint8_t>(value - map[low - 1] < map[low] - value ? low - 1 : low);
}

/// A lane's elements lane, lane + 32, … of a block of `count`.
__device__ void store_block(const float* map, const float (&values)[kPerLane], int64_t count, uint8_t* codes, float* absmax) {
  const int lane = threadIdx.x % kWarp;
  float largest = 0;
#pragma unroll
  for (int i = 0; i < kPerLane; ++i) largest = fmaxf(largest, fabsf(values[i]));
  largest = warp_max(largest);
  if (lane == 0) *absmax = largest;
  const float inverse = largest > 0 ? 1 / largest : 0;
#pragma unroll
  for (int i = 0; i < kPerLane; ++i) {
    const int64_t j = lane + i * kWarp;
    if (j < count) codes[j] = nearest_code(map, values[i] * inverse);
  }
}

/// Operands: gradient, parameter, codes and scales of the first, then of the second moment.
__device__ void update_block(const TensorTable<6>& table, int tensor, int64_t begin, int64_t count, const Rates& rates,
                             const Maps& maps) {
  const float* g = table.operand<const float>(0, tensor) + begin;
  float* p = table.operand<float>(1, tensor) + begin;
  uint8_t *m_codes = table.operand<uint8_t>(2, tensor) + begin, *v_codes = table.operand<uint8_t>(4, tensor) + begin;
  float *m_absmax = table.operand<float>(3, tensor) + begin / kQuantBlock,
        *v_absmax = table.operand<float>(5, tensor) + begin / kQuantBlock;
  const float m_scale = *m_absmax, v_scale = *v_absmax;
  float m[kPerLane] = {}, v[kPerLane] = {};
#pragma unroll
  for (int i = 0; i < kPerLane; ++i) {
    const int64_t j = threadIdx.x % kWarp + i * kWarp;
    if (j >= count) continue;
    const float gradient = g[j];
    m[i] = maps.with_sign[m_codes[j]] * m_scale * rates.beta1 + rates.gain1 * gradient;
    v[i] = maps.without_sign[v_codes[j]] * v_scale * rates.beta2 + rates.gain2 * gradient * gradient;
    p[j] = p[j] * rates.decay - rates.step_size * (m[i] / (sqrtf(v[i]) / rates.root_correction + rates.eps));
  }
  __syncwarp();  // every lane has read the old scales
  store_block(maps.with_sign, m, count, m_codes, m_absmax);
  store_block(maps.without_sign, v, count, v_codes, v_absmax);
}

__global__ void __launch_bounds__(kThreads) adamw8bit_kernel(SIDESTEP_GRID_CONSTANT(TensorTable<6>) table, const Rates rates,
                                                             SIDESTEP_GRID_CONSTANT(Maps) given, const uint8_t* gate) {
  if (held_back(gate)) return;
  Maps& maps =
      shared<Maps>();  // lanes look up different places at once, which an argument's constant memory would serve one by one
  static_assert(kThreads == kMapSize);
  maps.with_sign[threadIdx.x] = given.with_sign[threadIdx.x];
  maps.without_sign[threadIdx.x] = given.without_sign[threadIdx.x];
  __syncthreads();
  const auto [tensor, begin, end] = table.chunk(blockIdx.x);
  for (int64_t first = begin + threadIdx.x / kWarp * kQuantBlock; first < end; first += kThreads / kWarp * kQuantBlock)
    update_block(table, tensor, first, min(kQuantBlock, end - first), rates, maps);
}

}  // namespace

void adamw8bit(const AdamW8bit& op, Stream& stream) {
  const cudaStream_t queue = queue_of(stream);
  const double correction1 = 1 - std::pow(op.beta1, static_cast<double>(op.step));
  const double correction2 = std::sqrt(1 - std::pow(op.beta2, static_cast<double>(op.step)));
  const Rates rates{static_cast<float>(op.beta1),
                    static_cast<float>(op.beta2),
                    static_cast<float>(1 - op.beta1),
                    static_cast<float>(1 - op.beta2),
                    static_cast<float>(op.eps),
                    static_cast<float>(1 - op.learning_rate * op.weight_decay),
                    static_cast<float>(op.learning_rate / correction1),
                    static_cast<float>(correction2)};
  Maps maps;
  for (size_t i = 0; i < kMapSize; ++i) {
    maps.with_sign[i] = dynamic_map(QuantSign::with_sign)[i];
    maps.without_sign[i] = dynamic_map(QuantSign::without_sign)[i];
  }
  const auto pointers = [&](size_t i) {
    return std::array<const void*, 6>{op.grads[i].raw(),          op.params[i].raw(),           op.exp_avg_codes[i].raw(),
                                      op.exp_avg_absmax[i].raw(), op.exp_avg_sq_codes[i].raw(), op.exp_avg_sq_absmax[i].raw()};
  };
  over_tables<6>(op.params, pointers, [&](const TensorTable<6>& table) {
    launch(adamw8bit_kernel, static_cast<unsigned>(table.chunks), kThreads, 0, queue)(table, rates, maps, gate_of(op.proceed));
    SIDESTEP_CUDA_LAUNCHED("adamw8bit_kernel");
  });
}

}  // namespace sidestep::cuda
