// dS, dk and dv of attention on cards whose shared memory, not their tensor cores, is what attention waits for
// (attention_backward_cuda.cu says what is computed). A block owns 64 keys. Of its four warps two make weights P and dv, 32 keys
// each, and two make dS and dk of the same keys, one tile of queries behind, of the weights that the former leave in shared
// memory in f32. A warp's 32 rows share what `ldmatrix` reads of a tile, and no warp holds more sums than one of 16 rows with
// both gradients: 64 keys and 32 queries of heads of 128 move 128 KiB through shared memory (64 by two warps each, 16 of weights,
// 16 of new tiles), 2.10 MFLOP: 2050 FLOP a clock at 128 bytes, where 16 rows a warp reach 1490.
#include "ops/attention_scores_cuda.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kRowsOfWarp = 32, kHalves = kRowsOfWarp / ScoreFragments::kSide, kColumns = kWideQueries / 8;

/// Weights of a lane: two queries of two keys.
struct alignas(16) Quad {
  float of[4];
};

/// What two warps hand over: the weights of 32 keys and a tile of queries, each lane's as the other warp's same lane needs them.
struct Handover {
  Quad* of_lane;

  __device__ Quad& at(int half, int n) const { return of_lane[(half * kColumns + n) * kWarp]; }
};

/// sums += rows row … row+31 of `left` times the transpose of `right`, over hd.
template <typename T, int hd>
__device__ void multiply_transpose_wide(float (&sums)[kHalves][kColumns][4], const SharedTile<T, hd>& left, int row,
                                        const SharedTile<T, hd>& right) {
#pragma unroll 4  // more of them at once would not fit the registers
  for (int k = 0; k < hd / 16; ++k) {
    uint32_t a[kHalves][4];
#pragma unroll
    for (int m = 0; m < kHalves; ++m) left.load_a(a[m], row + m * 16, k * 16);
#pragma unroll
    for (int n = 0; n < kColumns; n += 2) {
      uint32_t b[4];
      right.load_b_transpose(b, n * 8, k * 16);
#pragma unroll
      for (int m = 0; m < kHalves; ++m) {
        mma<T>(sums[m][n], a[m], b[0], b[1]);
        mma<T>(sums[m][n + 1], a[m], b[2], b[3]);
      }
    }
  }
}

/// sums += a (32 rows, 16 columns) times rows row … row+15 of `right`.
template <typename T, int hd>
__device__ void multiply_rows_wide(float (&sums)[kHalves][hd / 8][4], const uint32_t (&a)[kHalves][4],
                                   const SharedTile<T, hd>& right, int row) {
#pragma unroll
  for (int n = 0; n < hd / 8; n += 2) {
    uint32_t b[4];
    right.load_b(b, row, n * 8);
#pragma unroll
    for (int m = 0; m < kHalves; ++m) {
      mma<T>(sums[m][n], a[m], b[0], b[1]);
      mma<T>(sums[m][n + 1], a[m], b[2], b[3]);
    }
  }
}

template <typename T, int hd>
__global__ void __launch_bounds__(kBlock, 2) attention_dkv_wide_kernel(const Backward<T> f, const KeptScores<T> kept) {
  constexpr int kTile = kWideQueries;
  const SharedTile<T, hd> k{reinterpret_cast<T*>(dynamic_shared())}, v{k.at(kRows, 0)}, queries{v.at(kRows, 0)};
  Quad* const handovers = reinterpret_cast<Quad*>(queries.at(3 * 2 * kTile, 0));
  float* const statistics = reinterpret_cast<float*>(handovers + 2 * 2 * kHalves * kColumns * kWarp);
  QueryTile* const places = reinterpret_cast<QueryTile*>(statistics + 3 * 2 * kTile);
  Bounds* const met = reinterpret_cast<Bounds*>(places + 3);  // by each key: queries
  const AttentionOperands<T>& op = f.op;
  const int key_heads = static_cast<int>(op.kv_heads), group = static_cast<int>(op.heads) / key_heads;
  const int unit = static_cast<int>(kept.first_unit + blockIdx.y), kv = unit % key_heads, b = unit / key_heads;
  const int first = static_cast<int>(blockIdx.x) * kRows;
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp, side = warp % 2, row = side * kRowsOfWarp, g = lane / 4,
            t = lane % 4;
  const bool makes_weights = warp < 2;
  load_tile<T, hd, kRows, kBlock>(k, op.k(b, 0, kv), op.k.frame_stride, first, op.reach.keys);
  load_tile<T, hd, kRows, kBlock>(v, op.v(b, 0, kv), op.v.frame_stride, first, op.reach.keys);
  const QueryWalk walk = QueryWalk::of(op, kept, b, kv, {first, min(op.reach.keys, int64_t{first} + kRows)}, kTile);
  QueryTile next = walk.first;
  float next_statistic = 0;
  const auto tile_at = [&](int step) { return queries.at(step % 3 * 2 * kTile, 0); };
  const auto statistics_at = [&](int step) { return statistics + step % 3 * 2 * kTile; };
  const auto handover_at = [&](int step) {
    return Handover{handovers + (step % 2 * 2 + side) * kHalves * kColumns * kWarp + lane};
  };
  const auto fetch = [&](int step) {
    const int query = next.index * kTile;
    const SharedTile<T, hd> q{tile_at(step)}, dout{q.at(kTile, 0)};
    load_tile<T, hd, kTile, kBlock>(q, op.q(b, 0, next.head), op.q.frame_stride, query, op.queries);
    load_tile<T, hd, kTile, kBlock>(dout, f.to.dout(b, 0, next.head), f.to.dout.frame_stride, query, op.queries);
    const int i = threadIdx.x;
    if (i == 0) places[step % 3] = next;
    if (i < kTile)
      next_statistic = statistic(f, b, next.head, query + i);
    else if (i < 2 * kTile)
      next_statistic = delta_of(f, b, next.head, query + i - kTile);
  };
  if (walk.steps > 0) fetch(0);
  ptx::cp_async_commit();
  if (threadIdx.x < kRows) {
    const int64_t key = first + static_cast<int>(threadIdx.x);
    const bool visible = key < op.reach.keys && !op.hidden(b, key);
    met[threadIdx.x] = Bounds::of(visible ? op.reach.queries_of(key, op.queries) : IndexRange{0, 0}, 0);
  }
  const IndexRange kept_strips = kept.room.fragments.strips(blockIdx.x);
  const int first_strip = static_cast<int>(kept_strips.first), strips = static_cast<int>(kept_strips.last) - first_strip;
  float sums[kHalves][hd / 8][4] = {};  // dv of the warps that make weights, dk of the others
  const auto take_turn = [&](int step) {
    if (step < walk.steps && threadIdx.x < 2 * kTile) statistics_at(step)[threadIdx.x] = next_statistic;
    ptx::cp_async_wait<0>();
    __syncthreads();  // tile and weights of the one behind are there, and every warp has read the tile before that
    walk.advance(next);
    if (step + 1 < walk.steps) fetch(step + 1);
    ptx::cp_async_commit();
  };
  if (makes_weights) {
    for (int step = 0; step < walk.steps; ++step) {
      take_turn(step);
      const SharedTile<T, hd> q{tile_at(step)}, dout{q.at(kTile, 0)};
      const float* const lse = statistics_at(step);
      const int first_query = places[step % 3].index * kTile;
      const Handover handover = handover_at(step);
      float weights[kHalves][kColumns][4] = {};
      multiply_transpose_wide<T, hd>(weights, k, row, q);
#pragma unroll
      for (int m = 0; m < kHalves; ++m) {
        const Bounds bounds[2] = {met[row + m * 16 + g], met[row + m * 16 + g + 8]};
#pragma unroll
        for (int n = 0; n < kColumns; ++n) {
          const int j = n * 8 + 2 * t;
          const float2 shift{lse[j], lse[j + 1]};
#pragma unroll
          for (int c = 0; c < 4; ++c)
            weights[m][n][c] = bounds[c / 2].hold(first_query + j + c % 2)
                                   ? exp2f(fmaf(weights[m][n][c], op.scale * kLog2e, c % 2 == 0 ? -shift.x : -shift.y))
                                   : 0.F;
          handover.at(m, n) = {{weights[m][n][0], weights[m][n][1], weights[m][n][2], weights[m][n][3]}};
        }
      }
#pragma unroll
      for (int n = 0; n < kColumns; n += 2) {
        uint32_t a[kHalves][4];
#pragma unroll
        for (int m = 0; m < kHalves; ++m) pack_columns<T>(a[m], weights[m][n], weights[m][n + 1]);
        multiply_rows_wide<T, hd>(sums, a, dout, n * 8);
      }
    }
    if (walk.steps > 0) take_turn(walk.steps);
  } else if (walk.steps > 0) {
    take_turn(0);
    for (int step = 1; step <= walk.steps; ++step) {
      take_turn(step);
      const SharedTile<T, hd> q{tile_at(step - 1)}, dout{q.at(kTile, 0)};
      const float* const delta = statistics_at(step - 1) + kTile;
      const Handover handover = handover_at(step - 1);
      const QueryTile behind = places[(step - 1) % 3];
      T* const scores = kept.scores(blockIdx.y * group + behind.head - kv * group);
      float dweights[kHalves][kColumns][4] = {};
      multiply_transpose_wide<T, hd>(dweights, v, row, dout);
#pragma unroll
      for (int n = 0; n < kColumns; n += 2) {
        uint32_t a[kHalves][4];
        const int strip = behind.index * (kTile / static_cast<int>(ScoreFragments::kSide)) + n / 2;
        const bool kept_strip = static_cast<unsigned>(strip - first_strip) <
                                static_cast<unsigned>(strips);  // of the tile, but no key of the block meets it
#pragma unroll
        for (int m = 0; m < kHalves; ++m) {
#pragma unroll
          for (int i = n; i < n + 2; ++i) {
            const Quad weight = handover.at(m, i);
            const int j = i * 8 + 2 * t;
            dweights[m][i][0] = weight.of[0] * (dweights[m][i][0] - delta[j]);
            dweights[m][i][1] = weight.of[1] * (dweights[m][i][1] - delta[j + 1]);
            dweights[m][i][2] = weight.of[2] * (dweights[m][i][2] - delta[j]);
            dweights[m][i][3] = weight.of[3] * (dweights[m][i][3] - delta[j + 1]);
          }
          Piece piece;
          pack_columns<T>(piece.of, dweights[m][n], dweights[m][n + 1]);
#pragma unroll
          for (int i = 0; i < 4; ++i) a[m][i] = piece.of[i];
          const int keys = static_cast<int>(blockIdx.x) * (kRows / static_cast<int>(ScoreFragments::kSide)) + side * kHalves + m;
          if (kept_strip) reinterpret_cast<Piece*>(scores + kept.room.fragments.at(keys, strip, first_strip))[lane] = piece;
        }
        multiply_rows_wide<T, hd>(sums, a, q, n * 8);
      }
    }
  }
  ptx::cp_async_wait<0>();  // keys that meet no query have loads under way
  const KeyGradients<T, hd> out{f, kept, b, kv};
#pragma unroll
  for (int m = 0; m < kHalves; ++m)
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const int64_t key = first + row + m * 16 + g + 8 * r;
      if (key >= op.reach.keys) continue;
#pragma unroll
      for (int n = 0; n < hd / 8; ++n) {
        if (makes_weights)
          out.write_dv(key, n * 8 + 2 * t, sums[m][n][2 * r], sums[m][n][2 * r + 1]);
        else
          out.write_dk(key, n * 8 + 2 * t, sums[m][n][2 * r], sums[m][n][2 * r + 1]);
      }
    }
}

}  // namespace

template <typename T, int hd>
void attention_dkv_wide(const Backward<T>& f, const KeptScores<T>& kept, unsigned units, cudaStream_t queue) {
  SIDESTEP_CUDA_CHECK(cudaFuncSetAttribute(attention_dkv_wide_kernel<T, hd>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(kWideBytes<hd>)));
  const dim3 grid(static_cast<unsigned>(kept.room.fragments.blocks()), units, static_cast<unsigned>(kept.parts));
  launch(attention_dkv_wide_kernel<T, hd>, grid, kBlock, kWideBytes<hd>, queue)(f, kept);
  SIDESTEP_CUDA_LAUNCHED("attention_dkv_wide_kernel");
}
template void attention_dkv_wide<__nv_bfloat16, 64>(const Backward<__nv_bfloat16>&, const KeptScores<__nv_bfloat16>&, unsigned,
                                                    cudaStream_t);
template void attention_dkv_wide<__nv_bfloat16, 128>(const Backward<__nv_bfloat16>&, const KeptScores<__nv_bfloat16>&, unsigned,
                                                     cudaStream_t);
template void attention_dkv_wide<__half, 64>(const Backward<__half>&, const KeptScores<__half>&, unsigned, cudaStream_t);
template void attention_dkv_wide<__half, 128>(const Backward<__half>&, const KeptScores<__half>&, unsigned, cudaStream_t);

}  // namespace sidestep::cuda
