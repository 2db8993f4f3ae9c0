// The matrix product of 16-bit operands on tensor cores, with sums in f32: what serves where cuBLASLt is missing or does not take
// the operands. A block of four warps owns 128 x 128 results, a warp 64 x 64 of them, and goes along the sum 32 terms at a time:
// three stages in shared memory, two of which are being copied (cp.async) while tensor cores are at work on the third. Operands
// lie in shared memory as in global memory, rows of 64 or 256 bytes with their pieces turned (SharedTile); ldmatrix transposes
// where that is needed.
//
// Counted for a block and 32 terms, 1.05 MFLOP: 256 mma, 64 ldmatrix, 1024 copies of 16 bytes, one barrier. 32 KiB are read from
// shared memory and 16 KiB written: 2796 FLOP a clock and multiprocessor at 128 bytes, where an A100's tensor cores do 2048, a
// Hopper's 4096, a GeForce's 512. Two blocks fit in 100 KiB: 48 KiB each. Bytes from L2: (M N K / 64) 2, 64 FLOP a byte. Compute
// bound but for thin products: those take tiles of 64 x 64, and where these are few, blocks share a sum: parts of it are written
// in f32 and added in their order by a second kernel.
#include <algorithm>

#include "ops/cuda_rows.cuh"
#include "ops/gemm_cuda.cuh"
#include "ops/mma_cuda.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kBlock = 128, kDepth = 32, kStages = 3;

/// What is next to what in memory: elements along the sum, or along the result.
enum class Dense : uint8_t { along_sum, along_result };

struct Result {
  void* data;
  const void* bias;
  int64_t columns, leading, batch_stride;
  float alpha, beta;
  bool wide, wide_bias;  ///< f32 instead of the operands' type

  template <typename T>
  __device__ void store(int64_t g, int64_t m, int64_t n, float sum) const {
    const int64_t at = g * batch_stride + m * leading + n;
    float value = alpha * sum;
    if (beta != 0) value += beta * (wide ? static_cast<const float*>(data)[at] : widened(static_cast<const T*>(data)[at]));
    if (bias != nullptr) value += wide_bias ? static_cast<const float*>(bias)[n] : widened(static_cast<const T*>(bias)[n]);
    if (wide)
      static_cast<float*>(data)[at] = value;
    else
      static_cast<T*>(data)[at] = narrowed<T>(value);
  }
};

template <typename T>
struct Operand {
  const T* data;
  int64_t leading, batch_stride;
  bool packed;  ///< every row begins at 16 bytes
};

template <typename T>
struct Product {
  Operand<T> a, b;
  Result c;
  TileExtent size;
  float* parts;  ///< [members, parts, m, n] where blocks share a sum, else null
  int part_count;
  int64_t part_terms;        ///< a multiple of kDepth
  int64_t first_member = 0;  ///< of this launch

  __device__ int64_t first_term(int part) const { return part * part_terms; }
  __device__ int64_t last_term(int part) const { return min(size.k, (part + 1) * part_terms); }
};

/// Rows first … of a matrix whose rows have `width` of their elements from `column` on; zeros beyond `rows` and `columns`.
template <typename T, int width, int height>
__device__ void load_stage(const SharedTile<T, width>& to, const Operand<T>& from, const T* matrix, int64_t first, int64_t rows,
                           int64_t column, int64_t columns) {
  constexpr int kPieces = width / 8, kStep = kBlock / kPieces;
  const int row = static_cast<int>(threadIdx.x) / kPieces, piece = static_cast<int>(threadIdx.x) % kPieces * 8;
  const int there = static_cast<int>(max(int64_t{0}, min(int64_t{8}, columns - column - piece)));
  const T* source = matrix + (first + row) * from.leading + column + piece;  // beyond the edges it is not read
  int left = there > 0 ? static_cast<int>(min(rows - first, int64_t{height})) - row : 0;
#pragma unroll
  for (int i = 0; i < height / kStep; ++i, source += kStep * from.leading, left -= kStep) {
    T* const place = to.at(row + i * kStep, piece);
    if (from.packed) {
      ptx::cp_async_16(place, left > 0 ? source : matrix, left > 0 ? 2 * there : 0);
    } else {
      Pack<T, 8> pack;
#pragma unroll
      for (int e = 0; e < 8; ++e) pack.value[e] = left > 0 && e < there ? source[e] : narrowed<T>(0.F);
      *reinterpret_cast<Pack<T, 8>*>(place) = pack;
    }
  }
}

/// One operand's tile of `side` results and kDepth terms.
template <typename T, Dense dense, int side>
struct Staged {
  static constexpr int kWidth = dense == Dense::along_sum ? kDepth : side, kHeight = dense == Dense::along_sum ? side : kDepth;
  static constexpr size_t kBytes = SharedTile<T, kWidth>::bytes(kHeight);
  SharedTile<T, kWidth> tile;

  __device__ void load(const Operand<T>& from, int64_t g, int64_t first, int64_t results, int64_t term, int64_t terms) const {
    const T* const matrix = from.data + g * from.batch_stride;
    if constexpr (dense == Dense::along_sum)
      load_stage<T, kWidth, kHeight>(tile, from, matrix, first, results, term, terms);
    else
      load_stage<T, kWidth, kHeight>(tile, from, matrix, term, terms, first, results);
  }
  __device__ void left(uint32_t (&a)[4], int m, int k) const {
    if constexpr (dense == Dense::along_sum)
      tile.load_a(a, m, k);
    else
      tile.load_a_transpose(a, m, k);
  }
  /// Of columns n … n+15.
  __device__ void right(uint32_t (&b)[4], int n, int k) const {
    if constexpr (dense == Dense::along_sum)
      tile.load_b_transpose(b, n, k);
    else
      tile.load_b(b, k, n);
  }
};

template <typename T, Dense dense_a, Dense dense_b, int side>
__global__ void __launch_bounds__(kBlock, side == 128 ? 2 : 4) tensor_product_kernel(SIDESTEP_GRID_CONSTANT(Product<T>) p) {
  using Left = Staged<T, dense_a, side>;
  using Right = Staged<T, dense_b, side>;
  constexpr int kWarpSide = side / 2, kRows = kWarpSide / 16, kColumns = kWarpSide / 8;
  const auto left = [](int stage) -> Left {
    return {{reinterpret_cast<T*>(dynamic_shared() + stage * (Left::kBytes + Right::kBytes))}};
  };
  const auto right = [](int stage) -> Right {
    return {{reinterpret_cast<T*>(dynamic_shared() + stage * (Left::kBytes + Right::kBytes) + Left::kBytes)}};
  };
  const int64_t g = p.first_member + blockIdx.y;
  const int part = static_cast<int>(blockIdx.z), warp = static_cast<int>(threadIdx.x) / kWarp,
            lane = static_cast<int>(threadIdx.x) % kWarp;
  const int row = warp / 2 * kWarpSide, column = warp % 2 * kWarpSide;
  int64_t m, n;
  place_of_block<side>(p.size, m, n);

  const int64_t end = p.last_term(part);
  const auto load = [&](int stage, int64_t term) {
    if (term < end) {
      left(stage).load(p.a, g, m, p.size.m, term, end);
      right(stage).load(p.b, g, n, p.size.n, term, end);
    }
    ptx::cp_async_commit();
  };
  float sums[kRows][kColumns][4] = {};
  int64_t term = p.first_term(part);
  load(0, term);
  load(1, term + kDepth);
  for (int stage = 0; term < end; term += kDepth, stage = stage == kStages - 1 ? 0 : stage + 1) {
    ptx::cp_async_wait<1>();
    __syncthreads();  // this stage has come, and the one before it has been read by all
    load(stage == 0 ? kStages - 1 : stage - 1, term + 2 * kDepth);
#pragma unroll
    for (int k = 0; k < kDepth; k += 16) {
      uint32_t a[kRows][4];
#pragma unroll
      for (int i = 0; i < kRows; ++i) left(stage).left(a[i], row + i * 16, k);
#pragma unroll
      for (int j = 0; j < kColumns; j += 2) {
        uint32_t b[4];
        right(stage).right(b, column + j * 8, k);
#pragma unroll
        for (int i = 0; i < kRows; ++i) {
          mma<T>(sums[i][j], a[i], b[0], b[1]);
          mma<T>(sums[i][j + 1], a[i], b[2], b[3]);
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
        if (to_row >= p.size.m || to_column >= p.size.n) continue;
        if (p.parts != nullptr)
          p.parts[((g * p.part_count + part) * p.size.m + to_row) * p.size.n + to_column] = sums[i][j][c];
        else
          p.c.template store<T>(g, to_row, to_column, sums[i][j][c]);
      }
}

/// Adds the parts of every sum in their order. Bytes: 4 parts of the result, and the result.
template <typename T>
struct SumOfParts {
  const float* parts;
  Result c;
  int64_t rows;
  int part_count;

  template <int V>
  __device__ void at(int64_t row, int64_t column) const {  // rows of all members
    const int64_t g = row / rows, m = row % rows;
    float sum = 0;
    for (int part = 0; part < part_count; ++part) sum += parts[((g * part_count + part) * rows + m) * c.columns + column];
    c.template store<T>(g, m, column, sum);
  }
};

/// Tiles of 128 where they fill the card, else of 64; and parts of the sum where these are few.
struct Division {
  int side;
  int parts;

  static Division of(const TileExtent& e, int64_t members) {
    int device = 0, processors = 0;
    SIDESTEP_CUDA_CHECK(cudaGetDevice(&device));
    SIDESTEP_CUDA_CHECK(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device));
    const auto blocks = [&](int64_t side) { return ceil_div(e.m, side) * ceil_div(e.n, side) * members; };
    if (e.m > 64 && e.n > 64 && blocks(128) >= processors) return {128, 1};
    constexpr int64_t kFewestTerms = 256;  // of a part, against the traffic of parts
    const int64_t wanted = 2 * processors / std::max<int64_t>(1, blocks(64));
    return {64, static_cast<int>(std::clamp<int64_t>(std::min(wanted, e.k / kFewestTerms), 1, 64))};
  }
};

constexpr int64_t kMostMembers = 65535;  // of a launch

template <typename T, Dense dense_a, Dense dense_b, int side>
void queue_product(Product<T> p, int64_t members, cudaStream_t queue) {
  constexpr size_t kBytes = kStages * (Staged<T, dense_a, side>::kBytes + Staged<T, dense_b, side>::kBytes);
  static_assert(blocks_in_100_kib(kBytes) >= 2);
  const int64_t blocks = ceil_div(p.size.m, int64_t{side}) * ceil_div(p.size.n, int64_t{side});
  for (; p.first_member < members; p.first_member += kMostMembers) {
    const dim3 grid(static_cast<unsigned>(blocks), static_cast<unsigned>(std::min(members - p.first_member, kMostMembers)),
                    static_cast<unsigned>(p.part_count));
    launch(tensor_product_kernel<T, dense_a, dense_b, side>, grid, kBlock, kBytes, queue)(p);
    SIDESTEP_CUDA_LAUNCHED("tensor_product_kernel");
  }
}

template <typename T, Dense dense_a, Dense dense_b>
void choose_side(const Product<T>& p, int side, int64_t members, cudaStream_t queue) {
  if (side == 128)
    queue_product<T, dense_a, dense_b, 128>(p, members, queue);
  else
    queue_product<T, dense_a, dense_b, 64>(p, members, queue);
}

template <typename T>
void choose_transposes(const Gemm& op, const Product<T>& p, int side, int64_t members, cudaStream_t queue) {
  const bool ta = op.trans_a == Transpose::yes, tb = op.trans_b == Transpose::yes;
  if (ta && tb)
    choose_side<T, Dense::along_result, Dense::along_sum>(p, side, members, queue);
  else if (ta)
    choose_side<T, Dense::along_result, Dense::along_result>(p, side, members, queue);
  else if (tb)
    choose_side<T, Dense::along_sum, Dense::along_sum>(p, side, members, queue);
  else
    choose_side<T, Dense::along_sum, Dense::along_result>(p, side, members, queue);
}

template <typename T>
Operand<T> operand(const ConstTensor& t) {
  const int64_t leads = leading(t), batch = batch_stride(t);
  return {t.data<T>(), leads, batch, aligned(t.raw(), 16) && leads % 8 == 0 && batch % 8 == 0};
}

template <typename T>
void multiply(const Gemm& op, cudaStream_t queue) {
  const TileExtent size = extent_of(op);
  const int64_t members = batch_of(op);
  const Division division = Division::of(size, members);
  const int64_t terms = ceil_div(ceil_div(size.k, int64_t{division.parts}), int64_t{kDepth}) * kDepth;
  const int parts = static_cast<int>(std::max<int64_t>(1, ceil_div(size.k, std::max<int64_t>(terms, 1))));  // none is empty
  const Result c{op.c.raw(),
                 op.bias ? op.bias.raw() : nullptr,
                 size.n,
                 leading(op.c),
                 batch_stride(op.c),
                 op.alpha,
                 op.beta,
                 op.c.dtype() == DType::f32,
                 op.bias && op.bias.dtype() == DType::f32};
  Product<T> p{operand<T>(op.a), operand<T>(op.b), c, size, nullptr, parts, terms};
  if (parts == 1) return choose_transposes<T>(op, p, division.side, members, queue);
  const Scratch memory(sizeof(float) * static_cast<size_t>(members * parts * size.m * size.n), queue);
  p.parts = memory.data<float>();
  choose_transposes<T>(op, p, division.side, members, queue);
  launch_over_rows<1>(SumOfParts<T>{p.parts, c, size.m, parts}, {members * size.m, size.n}, queue);
}

}  // namespace

void multiply_16_bit(const Gemm& op, cudaStream_t queue) {
  if (op.a.dtype() == DType::bf16)
    multiply<__nv_bfloat16>(op, queue);
  else
    multiply<__half>(op, queue);
}

}  // namespace sidestep::cuda
