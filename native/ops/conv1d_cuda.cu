// Convolution in f32 as a product over views of the signal: y[o, l] = sum over terms (i, k) of weight[o, (i, k)] x[i, l stride +
// k dilation - padding]. A block owns a tile of outputs and columns and goes through the channels, a few at a time: their
// stretches of signal lie in shared memory once and serve every tap, the weights beside them as they are stored; what comes next
// is copied meanwhile (cp.async).
//
// The autoencoder is f32 throughout, and its results are held to f32. Two kinds of units multiply:
//  - f32 units, where tensor cores are no faster at that: a GeForce does as many TF32 products a clock as f32 ones, and three
//  would be needed.
//    8 x 8 sums a thread; 64 multiply-adds for 12 reads of shared memory a term.
//  - tensor cores of data centres' cards, in three TF32 products (x = high + low; high high' + high low' + low high', after
//  Ootomo & Yokota
//    2022): about 2^-21 a product. An A100 has 156 TFLOP/s of TF32 beside 19.5 of f32. Tensor cores drop bits when they add to
//    what they added before, so they sum eight terms, and f32 units sum these sums.
// The sum's order is that of the terms, whatever the tile and wherever a signal is cut: an output's bits depend on its own
// inputs.
//
// FLOPs: 2 outputs columns inputs taps. Bytes from L2 for a tile of 128 x 128: weights and a stretch of signal once, (128 taps +
// 128 + taps dilation) floats a channel for 32768 taps FLOP, 53 to 57 FLOP a byte with 7 taps, 32 with one; 128 x 64: 28 and 21.
// Compute bound.
#include "ops/conv1d_cuda.cuh"

#include <algorithm>

#include "core/tensor.h"
#include "ops/cuda_ops.h"
#include "ops/cuda_rows.cuh"

namespace sidestep::cuda {
namespace {

enum class Units : uint8_t { vector, tensor };
enum class Stride : uint8_t { one, any };

/// Outputs and columns of a block. `large`: of f32 units; `tall`: of tensor cores; `strip`: for the few outputs of the decoder's
/// last layer.
enum class Tile : uint8_t { large, tall, small, strip };
constexpr int rows_of(Tile tile) { return tile == Tile::strip ? 16 : tile == Tile::small ? 64 : 128; }
constexpr int columns_of(Tile tile) { return tile == Tile::small || tile == Tile::tall ? 64 : 128; }
/// A warp of a tall tile has 64 x 32 sums and many fragments: four of them leave each thread the registers.
constexpr int threads_of(Tile tile) { return tile == Tile::tall ? 128 : 256; }
constexpr int blocks_of(Tile tile) { return tile == Tile::tall ? 3 : 2; }

/// What of the sum is in shared memory at a time: whole channels, a power of two of them, with all their taps.
struct Cut {
  int channels, terms, span;  ///< span: elements of a channel's signal that a tile's columns see

  /// Rows begin at 16 bytes, and two neighbouring ones at different banks.
  static constexpr __host__ __device__ int pitch_of(int terms) { return terms + (terms % 32 == 28 ? 8 : 4); }
};

struct Correlation {
  const float *x, *weight, *bias;
  float* y;
  int64_t inputs, length, x_batch, x_channel;
  int64_t outputs, columns, y_batch, y_channel;
  int64_t stride, padding;
  int taps, dilation;
  Cut cut;
  bool packed_weights;  ///< every row of weights, from any channel that a cut begins at, begins at 16 bytes
};

/// One of the two stages, and where a term's first column is in its signal.
struct Stage {
  float *weights, *signal;

  static constexpr __host__ __device__ int floats(const Cut& cut, int rows) {
    return rows * Cut::pitch_of(cut.terms) + (cut.channels * cut.span + 3) / 4 * 4;
  }
};

/// Rows of weights from channel `first` on; zeros beyond the last output and channel.
template <Tile tile>
__device__ void load_weights(const Correlation& c, const Stage& to, int first) {
  constexpr int rows = rows_of(tile), kThreadsOfRow = threads_of(tile) / rows;
  const int row = static_cast<int>(threadIdx.x) / kThreadsOfRow, part = static_cast<int>(threadIdx.x) % kThreadsOfRow;
  const int64_t o = int64_t{blockIdx.y} * rows + row;
  const int there = o < c.outputs ? static_cast<int>(min(int64_t{c.cut.channels}, c.inputs - first)) * c.taps : 0;
  const float* from = c.weight + (o < c.outputs ? o : 0) * c.inputs * c.taps + first * c.taps;
  float* row_of_stage = to.weights + row * Cut::pitch_of(c.cut.terms);
  if (c.packed_weights) {
    for (int i = 4 * part; i < c.cut.terms; i += 4 * kThreadsOfRow) {
      const int bytes = 4 * max(0, min(4, there - i));
      ptx::cp_async_16(row_of_stage + i, bytes > 0 ? from + i : c.weight, bytes);
    }
  } else {
    for (int i = part; i < c.cut.terms; i += kThreadsOfRow)
      ptx::cp_async_4(row_of_stage + i, i < there ? from + i : c.weight, i < there ? 4 : 0);
  }
}

/// The signal of channels first … under all columns of the tile; zeros outside of it. A warp copies a channel, or several warps
/// one.
template <Tile tile>
__device__ void load_signal(const Correlation& c, const Stage& to, int first) {
  const int warp = static_cast<int>(threadIdx.x) / kWarp, lane = static_cast<int>(threadIdx.x) % kWarp;
  constexpr int kWarps = threads_of(tile) / kWarp;
  const int parts = max(1, kWarps / c.cut.channels);
  const int64_t begin = int64_t{blockIdx.x} * columns_of(tile) * c.stride - c.padding;
  for (int i = warp / parts; i < c.cut.channels; i += kWarps / parts) {
    const float* from = c.x + blockIdx.z * c.x_batch + (first + i) * c.x_channel;
    for (int j = warp % parts * kWarp + lane; j < c.cut.span; j += parts * kWarp) {
      const int64_t at = begin + j;
      const bool there = first + i < c.inputs && at >= 0 && at < c.length;
      ptx::cp_async_4(to.signal + i * c.cut.span + j, there ? from + at : c.x, there ? 4 : 0);
    }
  }
}

/// Where the terms of a cut lie in its signal.
template <Tile tile>
__device__ void find_terms(const Correlation& c, int* offsets) {
  for (int term = static_cast<int>(threadIdx.x); term < c.cut.terms; term += threads_of(tile))
    offsets[term] = term / c.taps * c.cut.span + term % c.taps * c.dilation;
}

/// Of row and column of the block's tile.
template <Tile tile>
__device__ void store_sum(const Correlation& c, int row, int column, float sum) {
  const int64_t o = int64_t{blockIdx.y} * rows_of(tile) + row, l = int64_t{blockIdx.x} * columns_of(tile) + column;
  if (o < c.outputs && l < c.columns)
    c.y[blockIdx.z * c.y_batch + o * c.y_channel + l] = sum + (c.bias == nullptr ? 0.F : c.bias[o]);
}

/// Sums on the f32 units: a thread has every 16th row and every 16th column.
template <Tile tile, Stride stride>
struct VectorSums {
  static constexpr int kSide = 16, kRows = rows_of(tile) / kSide, kColumns = columns_of(tile) / kSide;
  float sums[kRows][kColumns] = {};
  int row = static_cast<int>(threadIdx.x) / kSide, column = static_cast<int>(threadIdx.x) % kSide;

  __device__ void add(const Correlation& c, const Stage& stage, const int* offsets) {
    const int pitch = Cut::pitch_of(c.cut.terms), step = stride == Stride::one ? kSide : kSide * static_cast<int>(c.stride);
    const float* weights = stage.weights + row * pitch;
    const float* signal = stage.signal + (stride == Stride::one ? column : column * static_cast<int>(c.stride));
#pragma unroll 1
    for (int term = 0; term < c.cut.terms; term += 2) {
      float left[kRows][2];
#pragma unroll
      for (int i = 0; i < kRows; ++i) load<2>(weights + i * kSide * pitch + term, left[i]);
#pragma unroll
      for (int d = 0; d < 2; ++d) {
        const float* from = signal + offsets[term + d];
        float right[kColumns];
#pragma unroll
        for (int j = 0; j < kColumns; ++j) right[j] = from[j * step];
#pragma unroll
        for (int i = 0; i < kRows; ++i)
#pragma unroll
          for (int j = 0; j < kColumns; ++j) sums[i][j] += left[i][d] * right[j];
      }
    }
  }
  __device__ void store(const Correlation& c) const {
#pragma unroll
    for (int i = 0; i < kRows; ++i)
#pragma unroll
      for (int j = 0; j < kColumns; ++j) store_sum<tile>(c, row + i * kSide, column + j * kSide, sums[i][j]);
  }
};

/// A number as the sum of two in TF32.
__device__ void split(float v, uint32_t& high, uint32_t& low) {
  high = ptx::to_tf32(v);
  low = ptx::to_tf32(v - __uint_as_float(high));
}

/// Sums on the tensor cores: two rows of warps, fragments after the PTX manual's "mma.m16n8k8" in TF32 (lane = 4 g + t).
template <Tile tile, Stride stride_of>
struct TensorSums {
  static constexpr int kAcross = threads_of(tile) / kWarp / 2, kWarpRows = rows_of(tile) / 2,
                       kWarpColumns = columns_of(tile) / kAcross;
  static constexpr int kRows = kWarpRows / 16, kColumns = kWarpColumns / 8;
  float sums[kRows][kColumns][4] = {};

  // Found again where they are needed: 64 sums leave no registers to keep them in.
  static __device__ int lane() { return static_cast<int>(threadIdx.x) % kWarp; }
  static __device__ int row() { return static_cast<int>(threadIdx.x) / kWarp / kAcross * kWarpRows; }
  static __device__ int column() { return static_cast<int>(threadIdx.x) / kWarp % kAcross * kWarpColumns; }

  __device__ void add(const Correlation& c, const Stage& stage, const int* offsets) {
    const int g = lane() / 4, t = lane() % 4, pitch = Cut::pitch_of(c.cut.terms);
    const int stride = stride_of == Stride::one ? 1 : static_cast<int>(c.stride);
    const float* weights =
        stage.weights + (row() + lane() % 16) * pitch + lane() / 16 * 4;  // the row that this lane names to ldmatrix
    const float* signal = stage.signal + (column() + g) * stride;
#pragma unroll 1
    for (int term = 0; term < c.cut.terms; term += 8) {
      const float *first = signal + offsets[term + t], *second = signal + offsets[term + t + 4];
      uint32_t high[kColumns][2], low[kColumns][2];
#pragma unroll
      for (int n = 0; n < kColumns; ++n) {
        split(first[n * 8 * stride], high[n][0], low[n][0]);
        split(second[n * 8 * stride], high[n][1], low[n][1]);
      }
#pragma unroll
      for (int m = 0; m < kRows; ++m) {
        uint32_t words[4], left[4], left_low[4];
        ptx::ldmatrix_x4(words, weights + m * 16 * pitch + term);
#pragma unroll
        for (int i = 0; i < 4; ++i) split(__uint_as_float(words[i]), left[i], left_low[i]);
#pragma unroll
        for (int n = 0; n < kColumns; ++n) {
          float eight[4] = {};
          ptx::mma_m16n8k8_tf32(eight, left_low, high[n][0], high[n][1]);
          ptx::mma_m16n8k8_tf32(eight, left, low[n][0], low[n][1]);
          ptx::mma_m16n8k8_tf32(eight, left, high[n][0], high[n][1]);
#pragma unroll
          for (int i = 0; i < 4; ++i) sums[m][n][i] += eight[i];
        }
      }
    }
  }
  __device__ void store(const Correlation& c) const {
    const int g = lane() / 4, t = lane() % 4;
#pragma unroll
    for (int m = 0; m < kRows; ++m)
#pragma unroll
      for (int n = 0; n < kColumns; ++n)
#pragma unroll
        for (int i = 0; i < 4; ++i)
          store_sum<tile>(c, row() + m * 16 + g + i / 2 * 8, column() + n * 8 + 2 * t + i % 2, sums[m][n][i]);
  }
};

template <Units units, Tile tile, Stride stride>
__global__ void __launch_bounds__(threads_of(tile), blocks_of(tile)) correlation_kernel(SIDESTEP_GRID_CONSTANT(Correlation) c) {
  constexpr int kRows = rows_of(tile);
  auto* const memory = reinterpret_cast<float*>(dynamic_shared());
  const int stage_floats = Stage::floats(c.cut, kRows);
  int* const offsets = reinterpret_cast<int*>(memory + 2 * stage_floats);
  const auto stage = [&](int which) -> Stage {
    float* const begin = memory + which * stage_floats;
    return {begin, begin + kRows * Cut::pitch_of(c.cut.terms)};
  };
  const auto load = [&](int which, int channel) {
    if (channel < c.inputs) {
      load_weights<tile>(c, stage(which), channel);
      load_signal<tile>(c, stage(which), channel);
    }
    ptx::cp_async_commit();
  };

  std::conditional_t<units == Units::vector, VectorSums<tile, stride>, TensorSums<tile, stride>> sums;
  find_terms<tile>(c, offsets);
  load(0, 0);
  int which = 0;
  for (int channel = 0; channel < c.inputs; channel += c.cut.channels, which ^= 1) {
    load(which ^ 1, channel + c.cut.channels);  // under way while this one is added
    ptx::cp_async_wait<1>();
    __syncthreads();
    sums.add(c, stage(which), offsets);
    __syncthreads();  // every thread has read the stage
  }                   // groups of copies that are left are empty
  sums.store(c);
}

constexpr size_t kMostShared = size_t{99} << 10;  // that a block of a GeForce may have
constexpr int64_t kMostBlocksZ = 65535;

size_t shared_bytes(const Cut& cut, Tile tile) {
  return sizeof(float) * (2 * static_cast<size_t>(Stage::floats(cut, rows_of(tile))) + static_cast<size_t>(cut.terms));
}

/// The fewest channels whose terms are a multiple of what the units take at a time; more of them where that is little to do
/// between barriers and two blocks still fit a multiprocessor.
Cut cut_of(const Conv1d& op, Units units, Tile tile) {
  constexpr int64_t kFewTerms = 32;
  constexpr size_t kHalfOf100KiB = size_t{49} << 10;
  const int64_t taps = op.weight.dim(2), multiple = units == Units::tensor ? 8 : 4;
  const int64_t span = (columns_of(tile) - 1) * op.stride + (taps - 1) * op.dilation + 1;
  const auto cut = [&](int64_t channels) -> Cut {
    return {static_cast<int>(channels), static_cast<int>(channels * taps), static_cast<int>(std::min<int64_t>(span, 1 << 20))};
  };
  int64_t channels = 1;
  while (channels * taps % multiple != 0) channels *= 2;
  while (2 * channels * taps <= kFewTerms && shared_bytes(cut(2 * channels), tile) <= kHalfOf100KiB) channels *= 2;
  return cut(channels);
}

struct Card {
  Units units;
  int64_t processors;

  /// Cards with room for it in shared memory are those of data centres.
  static Card here() {
    int device = 0, shared = 0, count = 0;
    SIDESTEP_CUDA_CHECK(cudaGetDevice(&device));
    SIDESTEP_CUDA_CHECK(cudaDeviceGetAttribute(&shared, cudaDevAttrMaxSharedMemoryPerMultiprocessor, device));
    SIDESTEP_CUDA_CHECK(cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device));
    return {shared >= 132 << 10 ? Units::tensor : Units::vector, count};
  }
  /// Small tiles where larger ones would leave processors idle.
  Tile tile(const Conv1d& op) const {
    if (op.y.dim(1) <= 2 * rows_of(Tile::strip)) return Tile::strip;
    const Tile wanted = units == Units::tensor ? Tile::tall : Tile::large;
    const int64_t blocks =
        ceil_div(op.y.dim(1), int64_t{rows_of(wanted)}) * ceil_div(op.y.dim(2), int64_t{columns_of(wanted)}) * op.y.dim(0);
    return blocks < blocks_of(wanted) * processors ? Tile::small : wanted;
  }
};

template <Units units, Tile tile, Stride stride>
void run(const Correlation& c, int64_t batch, cudaStream_t queue) {
  const size_t bytes = shared_bytes(c.cut, tile);
  SIDESTEP_CUDA_CHECK(cudaFuncSetAttribute(correlation_kernel<units, tile, stride>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(bytes)));
  const dim3 grid(static_cast<unsigned>(ceil_div(c.columns, int64_t{columns_of(tile)})),
                  static_cast<unsigned>(ceil_div(c.outputs, int64_t{rows_of(tile)})), static_cast<unsigned>(batch));
  launch(correlation_kernel<units, tile, stride>, grid, threads_of(tile), bytes, queue)(c);
  SIDESTEP_CUDA_LAUNCHED("correlation_kernel");
}

template <Units units, Tile tile>
void choose_stride(const Correlation& c, int64_t batch, cudaStream_t queue) {
  if (c.stride == 1)
    run<units, tile, Stride::one>(c, batch, queue);
  else
    run<units, tile, Stride::any>(c, batch, queue);
}

template <Units units>
void choose_tile(const Correlation& c, Tile tile, int64_t batch, cudaStream_t queue) {
  if (tile == Tile::strip)
    run<Units::vector, Tile::strip, Stride::any>(c, batch, queue);
  else if (tile == Tile::small)
    run<units, Tile::small, Stride::any>(c, batch, queue);
  else
    choose_stride<units, units == Units::tensor ? Tile::tall : Tile::large>(c, batch, queue);
}

}  // namespace

bool correlate_f32(const Conv1d& op, cudaStream_t queue) {
  const Card card = Card::here();
  const Tile tile = card.tile(op);
  const Units units = tile == Tile::strip ? Units::vector : card.units;
  const Cut cut = cut_of(op, units, tile);
  if (shared_bytes(cut, tile) > kMostShared || op.x.dim(0) > kMostBlocksZ) return false;
  const int64_t taps = op.weight.dim(2), inputs = op.x.dim(1);
  const Correlation c{op.x.data<float>(),
                      op.weight.data<float>(),
                      op.bias ? op.bias.data<float>() : nullptr,
                      op.y.data<float>(),
                      inputs,
                      op.x.dim(2),
                      op.x.stride(0),
                      op.x.stride(1),
                      op.y.dim(1),
                      op.y.dim(2),
                      op.y.stride(0),
                      op.y.stride(1),
                      op.stride,
                      op.padding,
                      static_cast<int>(taps),
                      static_cast<int>(op.dilation),
                      cut,
                      aligned(op.weight.raw(), 16) && inputs * taps % 4 == 0};
  if (units == Units::tensor)
    choose_tile<Units::tensor>(c, tile, op.x.dim(0), queue);
  else
    choose_tile<Units::vector>(c, tile, op.x.dim(0), queue);
  return true;
}

}  // namespace sidestep::cuda
