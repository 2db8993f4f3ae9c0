// The product of 8-bit codes on tensor cores: int8 everywhere, e4m3 where cuBLASLt is missing or does not take the operands. The
// shape is that of gemm_mma_cuda.cu: a block of four warps owns 128 x 128 results, a warp 64 x 64 of them, and goes along the sum
// 64 terms at a time, three stages in shared memory. A row of a stage is 64 bytes, as it is there, and so is what one mma takes
// of it: 32 bytes, here 32 terms. Fragments have one layout for both (PTX manual, "Matrix fragments for mma.m16n8k32"): ldmatrix
// moves pairs of bytes as it moves 16-bit elements.
//
// Counted for a block and 64 terms, 2.1 MFLOP: 256 mma, 64 ldmatrix, 1024 copies of 16 bytes, one barrier; 48 KiB through shared
// memory, 5592 FLOP a clock and multiprocessor at 128 bytes, where an A100's tensor cores do 4096 on int8 and a GeForce's 2048
// (int8 with 32-bit sums) or 1024 (e4m3 with f32 sums). Two blocks fit in 100 KiB. Bytes from L2: M N K / 64, 128 FLOP a byte.
//
// e4m3 has tiles of 64 x 64 alone, 2730 FLOP a clock: what nvcc makes of its mma for a Hopper takes more registers than int8's,
// and larger tiles spill there.
#include <algorithm>
#include <string>

#include "core/error.h"
#include "ops/cuda_ops.h"
#include "ops/cuda_rows.cuh"
#include "ops/gemm_cuda.cuh"
#include "ops/mma_cuda.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kBlock = 128, kDepth = 64, kStages = 3;

template <CodeFormat format>
using Sum = std::conditional_t<format == CodeFormat::int8, int32_t, float>;

struct Codes {
  const uint8_t* data;
  int64_t leading;
  bool packed;  ///< every row begins at 16 bytes
};

struct Result {
  void* data;
  const void* bias;
  int64_t leading;
  float beta;
  bool wide_bias;  ///< f32 instead of the result's type
};

struct CodeProduct {
  Codes a, b;
  const float *a_scales, *b_scales;  ///< b's may be null
  Result c;
  TileExtent size;
};

/// Rows of 64 codes, in pairs.
using CodeTile = SharedTile<uint16_t, kDepth / 2>;

/// Codes term … term+63 of rows first … first+side-1; zeros beyond both ends.
template <int side>
__device__ void load_codes(const CodeTile& to, const Codes& from, int64_t first, int64_t rows, int64_t term, int64_t terms) {
  constexpr int kPieces = kDepth / 16, kStep = kBlock / kPieces;
  const int row = static_cast<int>(threadIdx.x) / kPieces, piece = static_cast<int>(threadIdx.x) % kPieces * 16;
  const int there = static_cast<int>(max(int64_t{0}, min(int64_t{16}, terms - term - piece)));
  const uint8_t* source = from.data + (first + row) * from.leading + term + piece;  // beyond the edges it is not read
  int left = there > 0 ? static_cast<int>(min(rows - first, int64_t{side})) - row : 0;
#pragma unroll
  for (int i = 0; i < side / kStep; ++i, source += kStep * from.leading, left -= kStep) {
    void* const place = to.at(row + i * kStep, piece / 2);
    if (from.packed) {
      ptx::cp_async_16(place, left > 0 ? source : from.data, left > 0 ? there : 0);
    } else {
      Pack<uint8_t, 16> pack;
#pragma unroll
      for (int e = 0; e < 16; ++e) pack.value[e] = left > 0 && e < there ? source[e] : uint8_t{0};
      *reinterpret_cast<Pack<uint8_t, 16>*>(place) = pack;
    }
  }
}

template <CodeFormat format, typename T>
__device__ void store_result(const CodeProduct& p, int64_t row, int64_t column, Sum<format> sum) {
  constexpr bool kShared = format == CodeFormat::e4m3;  // one scale for all of an operand
  float scale = p.a_scales[kShared ? 0 : row];
  if (p.b_scales != nullptr) scale = __fmul_rn(scale, p.b_scales[kShared ? 0 : column]);
  float value = __fmul_rn(static_cast<float>(sum), scale);
  T* const to = static_cast<T*>(p.c.data) + row * p.c.leading + column;
  if (p.c.beta != 0) value += p.c.beta * widened(*to);
  if (p.c.bias != nullptr)
    value += p.c.wide_bias ? static_cast<const float*>(p.c.bias)[column] : widened(static_cast<const T*>(p.c.bias)[column]);
  *to = narrowed<T>(value);
}

template <CodeFormat format, typename T, int side>
__global__ void __launch_bounds__(kBlock, side == 128 ? 2 : 4) code_product_kernel(SIDESTEP_GRID_CONSTANT(CodeProduct) p) {
  constexpr int kWarpSide = side / 2, kRows = kWarpSide / 16, kColumns = kWarpSide / 8;
  [[maybe_unused]] constexpr int kStepsAtOnce = format == CodeFormat::e4m3 ? 1 : 2;
  constexpr size_t kBytes = CodeTile::bytes(side);
  const auto tile = [](int stage, size_t offset) -> CodeTile {
    return {reinterpret_cast<uint16_t*>(dynamic_shared() + stage * 2 * kBytes + offset)};
  };
  const int warp = static_cast<int>(threadIdx.x) / kWarp, lane = static_cast<int>(threadIdx.x) % kWarp;
  const int row = warp / 2 * kWarpSide, column = warp % 2 * kWarpSide;
  int64_t m, n;
  place_of_block<side>(p.size, m, n);

  const int64_t end = p.size.k;
  const auto load = [&](int stage, int64_t term) {
    if (term < end) {
      load_codes<side>(tile(stage, 0), p.a, m, p.size.m, term, end);
      load_codes<side>(tile(stage, kBytes), p.b, n, p.size.n, term, end);
    }
    ptx::cp_async_commit();
  };
  Sum<format> sums[kRows][kColumns][4] = {};
  load(0, 0);
  load(1, kDepth);
  int64_t term = 0;
  for (int stage = 0; term < end; term += kDepth, stage = stage == kStages - 1 ? 0 : stage + 1) {
    ptx::cp_async_wait<1>();
    __syncthreads();  // this stage has come, and the one before it has been read by all
    load(stage == 0 ? kStages - 1 : stage - 1, term + 2 * kDepth);
#pragma unroll kStepsAtOnce
    for (int k = 0; k < kDepth / 2; k += 16) {
      uint32_t a[kRows][4];
#pragma unroll
      for (int i = 0; i < kRows; ++i) tile(stage, 0).load_a(a[i], row + i * 16, k);
#pragma unroll
      for (int j = 0; j < kColumns; j += 2) {
        uint32_t b[4];
        tile(stage, kBytes).load_b_transpose(b, column + j * 8, k);
#pragma unroll
        for (int i = 0; i < kRows; ++i) {
          ptx::mma_m16n8k32(sums[i][j], a[i], b[0], b[1]);
          ptx::mma_m16n8k32(sums[i][j + 1], a[i], b[2], b[3]);
        }
      }
    }
  }  // groups of copies that are left are empty

  m += row + lane / 4;
  n += column + lane % 4 * 2;
#pragma unroll
  for (int i = 0; i < kRows; ++i)
#pragma unroll
    for (int j = 0; j < kColumns; ++j)
#pragma unroll
      for (int c = 0; c < 4; ++c) {
        const int64_t to_row = m + i * 16 + c / 2 * 8, to_column = n + j * 8 + c % 2;
        if (to_row < p.size.m && to_column < p.size.n) store_result<format, T>(p, to_row, to_column, sums[i][j][c]);
      }
}

template <CodeFormat format, typename T, int side>
void queue_product(const CodeProduct& p, cudaStream_t queue) {
  constexpr size_t kBytes = kStages * 2 * CodeTile::bytes(side);
  static_assert(blocks_in_100_kib(kBytes) >= 2);
  const auto blocks = static_cast<unsigned>(ceil_div(p.size.m, int64_t{side}) * ceil_div(p.size.n, int64_t{side}));
  launch(code_product_kernel<format, T, side>, blocks, kBlock, kBytes, queue)(p);
  SIDESTEP_CUDA_LAUNCHED("code_product_kernel");
}

/// Tiles of 128 where they fill the card, else of 64.
bool large_tiles_fill(const TileExtent& size) {
  int device = 0, processors = 0;
  SIDESTEP_CUDA_CHECK(cudaGetDevice(&device));
  SIDESTEP_CUDA_CHECK(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device));
  return size.m > 64 && size.n > 64 && ceil_div(size.m, int64_t{128}) * ceil_div(size.n, int64_t{128}) >= processors;
}

template <CodeFormat format>
void multiply(const Gemm8bit& op, cudaStream_t queue) {
  const auto codes = [](const ConstTensor& t) -> Codes {
    const int64_t leads = leading(t);
    return {t.data<uint8_t>(), leads, aligned(t.raw(), 16) && leads % 16 == 0};
  };
  const CodeProduct p{
      codes(op.a),
      codes(op.b),
      op.a_scales.data<float>(),
      op.b_scales ? op.b_scales.data<float>() : nullptr,
      {op.c.raw(), op.bias ? op.bias.raw() : nullptr, leading(op.c), op.beta, op.bias && op.bias.dtype() == DType::f32},
      {op.c.dim(0), op.c.dim(1), op.a.dim(1)}};
  with_storage(op.c.dtype(), [&]<typename T>(T) {
    if constexpr (format == CodeFormat::int8)
      if (large_tiles_fill(p.size)) return queue_product<format, T, 128>(p, queue);
    queue_product<format, T, 64>(p, queue);
  });
}

/// Older tensor cores know nothing of e4m3.
void refuse_old_card(CodeFormat format, int device) {
  int major = 0, minor = 0;
  SIDESTEP_CUDA_CHECK(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
  SIDESTEP_CUDA_CHECK(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device));
  if (10 * major + minor >= least_capability(format)) return;
  throw Error("native/device-unavailable",
              "Products of e4m3 need compute capability 8.9; cuda:" + std::to_string(device) + " has " + std::to_string(major) +
                  "." + std::to_string(minor),
              "Set base_precision: int8.");
}

}  // namespace

void gemm8bit(const Gemm8bit& op, Stream& stream) {
  if (op.c.numel() == 0) return;
  const cudaStream_t queue = queue_of(stream);
  refuse_old_card(op.format, stream.device().index);
  if (multiply_cublaslt(op, stream.device().index, queue)) return;
  if (op.format == CodeFormat::int8)
    multiply<CodeFormat::int8>(op, queue);
  else
    multiply<CodeFormat::e4m3>(op, queue);
}

}  // namespace sidestep::cuda
