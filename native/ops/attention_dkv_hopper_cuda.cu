// dS, dk and dv of attention by products of warp groups, for compute capability 9.0 (attention_backward_cuda.cu says what is
// computed). A block owns 128 keys of a key head, 64 a warp group, and walks tiles of 64 queries that a third warp group brings
// by copies of boxes, two tiles ahead. Rows are keys, so that weights and dS are operands as they lie in registers, and dS is in
// the fragments that dq is made of:
//   p = exp(k q^T - lse);  dv += p dout;  ds = p (v dout^T - delta);  dk += ds q
// FLOPs: 8 hd per pair visited. A tile of heads of 128 is 8.4 MFLOP, 2048 clocks of the tensor cores, beside 1792 of shared
// memory (both operands of k q^T and v dout^T are there, 512 each, one of the others', 256 each, and new tiles, 256). Tensor
// cores are the bound, shared memory close behind: full attention of the 2B model over 3000 patches, 16 heads of 128: 147 GFLOP,
// 0.41 ms at 360 TFLOP/s.
#include "ops/attention_scores_cuda.cuh"
#include "ops/wgmma_cuda.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kGroups = kKeyBlocksOfHopper, kRowsOfWarp = ScoreFragments::kSide, kKeys = kGroups * kRows, kQueries = 64,
              kColumns = kQueries / 8;
constexpr int kStages = 2, kThreadsOfBlock = (1 + kGroups) * kWarpGroup, kWarpsOfGroup = kWarpGroup / kWarp;
constexpr int kRegistersOfCopies = 24, kRegistersOfProducts = 240;
static_assert(kWarpGroup * (kRegistersOfCopies + kGroups * kRegistersOfProducts) <= 65536);

/// What comes with a tile of queries: their statistics and which they are.
struct Statistics {
  float lse[kQueries], delta[kQueries];
  QueryTile tile;
};

struct Barriers {
  uint64_t keys, come[kStages], done[kStages];
};

template <typename T, int hd>
struct Tiles {
  using Keys = BoxedTile<T, hd, kKeys>;
  using Queries = BoxedTile<T, hd, kQueries>;
  static constexpr size_t kBytes =
      1024 + 2 * Keys::kBytes + 2 * kStages * Queries::kBytes + kStages * sizeof(Statistics) + sizeof(Barriers);
  Keys k, v;
  Queries q, dout;  ///< of stage 0
  Statistics* statistics;
  Barriers* barriers;

  __device__ static Tiles of(unsigned char* memory) {
    T* const k = reinterpret_cast<T*>(turned_memory(memory));
    T *const v = k + kKeys * hd, *const q = v + kKeys * hd, *const dout = q + kStages * kQueries * hd;
    Barriers* const barriers = reinterpret_cast<Barriers*>(dout + kStages * kQueries * hd);
    return {{k}, {v}, {q}, {dout}, reinterpret_cast<Statistics*>(barriers + 1), barriers};
  }
  __device__ Queries q_of(int stage) const { return {q.data + stage * kQueries * hd}; }
  __device__ Queries dout_of(int stage) const { return {dout.data + stage * kQueries * hd}; }
};

template <typename T>
struct HopperBackward {
  CUtensorMap q, k, v, dout;
  Backward<T> f;
  KeptScores<T> kept;
};

/// Which key head of which sample.
struct Unit {
  int kv, b;

  template <typename T>
  __device__ static Unit of(const HopperBackward<T>& p) {
    const int unit = static_cast<int>(p.kept.first_unit + blockIdx.y), heads = static_cast<int>(p.f.op.kv_heads);
    return {unit % heads, unit / heads};
  }
};

__device__ inline uint32_t parity_of(int step) { return static_cast<uint32_t>(step / kStages % 2); }

/// One warp's: brings keys and values, then queries, dout and statistics of a tile a step, as soon as their places are free.
template <typename T, int hd>
__device__ void bring_tiles(const HopperBackward<T>& p, const Tiles<T, hd>& tiles, const QueryWalk& walk) {
  Barriers& barriers = *tiles.barriers;
  const Unit unit = Unit::of(p);
  const int lane = static_cast<int>(threadIdx.x);
  if (lane == 0) {
    ptx::mbarrier_arrive_expect(&barriers.keys, 2 * Tiles<T, hd>::Keys::kBytes);
    tiles.k.load(p.k, &barriers.keys, static_cast<int>(blockIdx.x) * kKeys, unit.kv, unit.b);
    tiles.v.load(p.v, &barriers.keys, static_cast<int>(blockIdx.x) * kKeys, unit.kv, unit.b);
  }
  QueryTile tile = walk.first;
  for (int step = 0; step < walk.steps; ++step, walk.advance(tile)) {
    const int stage = step % kStages, first = tile.index * kQueries;
    ptx::mbarrier_wait(&barriers.done[stage], parity_of(step) ^ 1);
    if (lane == 0) {
      ptx::mbarrier_arrive_expect(&barriers.come[stage], 2 * Tiles<T, hd>::Queries::kBytes);
      tiles.q_of(stage).load(p.q, &barriers.come[stage], first, tile.head, unit.b);
      tiles.dout_of(stage).load(p.dout, &barriers.come[stage], first, tile.head, unit.b);
      tiles.statistics[stage].tile = tile;
    }
    for (int i = lane; i < kQueries; i += kWarp) {
      tiles.statistics[stage].lse[i] = statistic(p.f, unit.b, tile.head, first + i);
      tiles.statistics[stage].delta[i] = delta_of(p.f, unit.b, tile.head, first + i);
    }
    ptx::mbarrier_arrive(&barriers.come[stage]);
  }
}

/// sums = rows of `left` times the transpose of `right`, under way
template <typename T, int hd>
__device__ void multiply_heads(float (&sums)[kColumns][4], const BoxedTile<T, hd, kKeys>& left, int row,
                               const BoxedTile<T, hd, kQueries>& right) {
#pragma unroll
  for (int k = 0; k < hd; k += 16)
    ptx::wgmma<T, Along::k, Along::k>(sums, left.along_head(row, k), right.along_head(0, k), k == 0 ? Sums::fresh : Sums::kept);
  ptx::wgmma_commit();
}

/// sums += pieces times `right`, under way
template <typename T, int hd>
__device__ void add_products(float (&sums)[hd / 8][4], const uint32_t (&pieces)[kQueries / 16][4],
                             const BoxedTile<T, hd, kQueries>& right) {
#pragma unroll
  for (int k = 0; k < kQueries / 16; ++k) ptx::wgmma<T, Along::rows>(sums, pieces[k], right.along_rows(k * 16), Sums::kept);
  ptx::wgmma_commit();
}

/// dS of a warp's 16 keys: those strips of the tile that meet any of the group's keys.
struct StripsOfGroup {
  int block, first, count;  ///< of 64 keys; count 0: none, or no such block

  __device__ static StripsOfGroup of(const ScoreFragments& fragments, int block) {
    if (block >= fragments.blocks()) return {block, 0, 0};
    const IndexRange strips = fragments.strips(block);
    return {block, static_cast<int>(strips.first), static_cast<int>(strips.last - strips.first)};
  }
};

template <typename T>
__device__ void keep_scores(const HopperBackward<T>& p, const StripsOfGroup& strips, const QueryTile& tile, int kv, int warp,
                            const uint32_t (&pieces)[kQueries / 16][4]) {
  const int group = static_cast<int>(p.f.op.heads / p.f.op.kv_heads);
  T* const scores = p.kept.scores(static_cast<int64_t>(blockIdx.y) * group + tile.head - kv * group);
#pragma unroll
  for (int i = 0; i < kQueries / 16; ++i) {
    const int strip = tile.index * (kQueries / static_cast<int>(ScoreFragments::kSide)) + i;
    if (static_cast<unsigned>(strip - strips.first) >= static_cast<unsigned>(strips.count)) continue;
    reinterpret_cast<Piece*>(scores + p.kept.room.fragments.at(strips.block * (kRows / kRowsOfWarp) + warp, strip,
                                                               strips.first))[threadIdx.x % kWarp] = {
        {pieces[i][0], pieces[i][1], pieces[i][2], pieces[i][3]}};
  }
}

/// Rounded, as operands of the next product and as pieces of dS.
template <typename T>
__device__ void pack_tile(uint32_t (&pieces)[kQueries / 16][4], const float (&values)[kColumns][4]) {
#pragma unroll
  for (int i = 0; i < kQueries / 16; ++i) pack_columns<T>(pieces[i], values[2 * i], values[2 * i + 1]);
}

/// Two neighbours of a tile's statistics.
__device__ inline float2 pair_at(const float* of) { return *reinterpret_cast<const float2*>(of); }

template <typename T, int hd>
__device__ void differentiate(const HopperBackward<T>& p, const Tiles<T, hd>& tiles, int steps) {
  const AttentionOperands<T>& op = p.f.op;
  Barriers& barriers = *tiles.barriers;
  const Unit unit = Unit::of(p);
  const int group = static_cast<int>(threadIdx.x) / kWarpGroup - 1, row_of_group = group * kRows;
  const int warp = static_cast<int>(threadIdx.x) % kWarpGroup / kWarp, g = static_cast<int>(threadIdx.x) % kWarp / 4,
            t = static_cast<int>(threadIdx.x) % 4;
  const int64_t key = int64_t{blockIdx.x} * kKeys + row_of_group + warp * kRowsOfWarp + g;
  const StripsOfGroup strips = StripsOfGroup::of(p.kept.room.fragments, static_cast<int>(blockIdx.x) * kGroups + group);
  Bounds bounds[2];  // of the thread's keys: the queries they meet
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const bool visible = key + 8 * r < op.reach.keys && !op.hidden(unit.b, key + 8 * r);
    bounds[r] = Bounds::of(visible ? op.reach.queries_of(key + 8 * r, op.queries) : IndexRange{0, 0}, 0);
  }
  float dk[hd / 8][4] = {}, dv[hd / 8][4] = {}, weights[kColumns][4] = {}, dweights[kColumns][4] = {};
  uint32_t of_dv[kQueries / 16][4], of_dk[kQueries / 16][4];
  if (steps > 0) ptx::mbarrier_wait(&barriers.keys, 0);
  for (int step = 0; step < steps; ++step) {
    const int stage = step % kStages;
    const Statistics& statistics = tiles.statistics[stage];
    ptx::mbarrier_wait(&barriers.come[stage], parity_of(step));
    ptx::wgmma_fence(weights, dweights);
    multiply_heads<T, hd>(weights, tiles.k, row_of_group, tiles.q_of(stage));
    multiply_heads<T, hd>(dweights, tiles.v, row_of_group, tiles.dout_of(stage));
    ptx::wgmma_wait<1>(weights, of_dk);  // the last tile's products are over, too
    __syncwarp();                        // every lane has read the last tile's statistics
    if (step > 0 && threadIdx.x % kWarp == 0) ptx::mbarrier_arrive(&barriers.done[(step - 1) % kStages]);
    const QueryTile tile = statistics.tile;
    const int first_query = tile.index * kQueries;
#pragma unroll
    for (int n = 0; n < kColumns; ++n) {
      const int j = n * 8 + 2 * t;
      const float2 lse = pair_at(statistics.lse + j);
#pragma unroll
      for (int c = 0; c < 4; ++c)
        weights[n][c] = bounds[c / 2].hold(first_query + j + c % 2)
                            ? exp2f(fmaf(weights[n][c], op.scale * kLog2e, c % 2 == 0 ? -lse.x : -lse.y))
                            : 0.F;
    }
    pack_tile<T>(of_dv, weights);
    ptx::wgmma_fence(dv, of_dv);
    add_products<T, hd>(dv, of_dv, tiles.dout_of(stage));
    ptx::wgmma_wait<1>(dweights);
#pragma unroll
    for (int n = 0; n < kColumns; ++n) {
      const float2 delta = pair_at(statistics.delta + n * 8 + 2 * t);
#pragma unroll
      for (int c = 0; c < 4; ++c) weights[n][c] *= dweights[n][c] - (c % 2 == 0 ? delta.x : delta.y);
    }
    pack_tile<T>(of_dk, weights);
    ptx::wgmma_fence(dk, of_dk);
    add_products<T, hd>(dk, of_dk, tiles.q_of(stage));
    keep_scores(p, strips, tile, unit.kv, warp, of_dk);
    ptx::wgmma_wait<1>(of_dv);  // for the assembler: the next tile's scores need these registers
  }
  ptx::wgmma_wait<0>(dv, dk);
  const KeyGradients<T, hd> out{p.f, p.kept, unit.b, unit.kv};
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    if (key + 8 * r >= op.reach.keys) continue;
#pragma unroll
    for (int n = 0; n < hd / 8; ++n) {
      out.write_dk(key + 8 * r, n * 8 + 2 * t, dk[n][2 * r], dk[n][2 * r + 1]);
      out.write_dv(key + 8 * r, n * 8 + 2 * t, dv[n][2 * r], dv[n][2 * r + 1]);
    }
  }
}

template <typename T, int hd>
__global__ void __launch_bounds__(kThreadsOfBlock, 1) attention_dkv_hopper_kernel(SIDESTEP_GRID_CONSTANT(HopperBackward<T>) p) {
  const Tiles<T, hd> tiles = Tiles<T, hd>::of(dynamic_shared());
  const Unit unit = Unit::of(p);
  const int64_t first = int64_t{blockIdx.x} * kKeys;
  const QueryWalk walk = QueryWalk::of(p.f.op, p.kept, unit.b, unit.kv, {first, min(p.f.op.reach.keys, first + kKeys)}, kQueries);
  if (threadIdx.x == 0) {
    ptx::mbarrier_init(&tiles.barriers->keys, 1);
    for (int stage = 0; stage < kStages; ++stage) {
      ptx::mbarrier_init(&tiles.barriers->come[stage], 1 + kWarp);
      ptx::mbarrier_init(&tiles.barriers->done[stage], kGroups * kWarpsOfGroup);
    }
    ptx::mbarrier_init_done();
  }
  __syncthreads();
  if (threadIdx.x < kWarpGroup) {
    ptx::give_registers_back<kRegistersOfCopies>();
    if (threadIdx.x < kWarp && walk.steps > 0) bring_tiles<T, hd>(p, tiles, walk);
  } else {
    ptx::take_registers<kRegistersOfProducts>();
    differentiate<T, hd>(p, tiles, walk.steps);
  }
}

}  // namespace

template <typename T, int hd>
void attention_dkv_hopper(const Backward<T>& f, const KeptScores<T>& kept, unsigned units, int64_t batch, cudaStream_t queue) {
  const AttentionOperands<T>& op = f.op;
  constexpr size_t kBytes = Tiles<T, hd>::kBytes;
  const HopperBackward<T> p{heads_map(op.q, batch, op.queries, op.heads, hd, kQueries),
                            heads_map(op.k, batch, op.reach.keys, op.kv_heads, hd, kKeys),
                            heads_map(op.v, batch, op.reach.keys, op.kv_heads, hd, kKeys),
                            heads_map(f.to.dout, batch, op.queries, op.heads, hd, kQueries),
                            f,
                            kept};
  SIDESTEP_CUDA_CHECK(cudaFuncSetAttribute(attention_dkv_hopper_kernel<T, hd>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(kBytes)));
  const dim3 grid(static_cast<unsigned>(ceil_div(op.reach.keys, int64_t{kKeys})), units, static_cast<unsigned>(kept.parts));
  launch(attention_dkv_hopper_kernel<T, hd>, grid, kThreadsOfBlock, kBytes, queue)(p);
  SIDESTEP_CUDA_LAUNCHED("attention_dkv_hopper_kernel");
}
template void attention_dkv_hopper<__nv_bfloat16, 64>(const Backward<__nv_bfloat16>&, const KeptScores<__nv_bfloat16>&, unsigned,
                                                      int64_t, cudaStream_t);
template void attention_dkv_hopper<__nv_bfloat16, 128>(const Backward<__nv_bfloat16>&, const KeptScores<__nv_bfloat16>&, unsigned,
                                                       int64_t, cudaStream_t);
template void attention_dkv_hopper<__half, 64>(const Backward<__half>&, const KeptScores<__half>&, unsigned, int64_t,
                                               cudaStream_t);
template void attention_dkv_hopper<__half, 128>(const Backward<__half>&, const KeptScores<__half>&, unsigned, int64_t,
                                                cudaStream_t);

}  // namespace sidestep::cuda
