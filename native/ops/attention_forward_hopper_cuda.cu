// Attention forward by products of warp groups, for compute capability 9.0 (after Shah et al. 2024, FlashAttention-3). A block
// owns 128 queries of a head: two warp groups have 64 rows each, a third brings tiles of 128 keys and values by copies of boxes,
// two tiles ahead. Scores of the next tile are computed, and values of the last one added, while softmax passes: per warp group
//   scores(i + 1) = q k(i + 1)^T;  out += weights(i) v(i);  softmax(i + 1) beside the latter.
// Tiles outside band and triangle are not visited; the bits are not those of the mma kernel (tiles of 128 keys, not of 64).
// FLOPs: 4 hd per pair visited. A tile of heads of 128 is 8.4 MFLOP, 2048 clocks of the tensor cores, beside 1792 of shared
// memory (q and k, then v, and new tiles) and 1024 of the special-function units (powers of two). Tensor cores are the bound:
// full attention of the 2B model, 16 heads of 128 over 3000 patches, is 74 GFLOP, 0.16 ms at 450 TFLOP/s.
#include "ops/attention_softmax_cuda.cuh"
#include "ops/wgmma_cuda.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kGroups = 2, kRowsOfGroup = 64, kRowsOfWarp = 16, kQueries = kGroups * kRowsOfGroup, kKeys = 128;
constexpr int kKeyTiles = kKeys / 8, kStages = 2, kBlock = (1 + kGroups) * kWarpGroup, kWarpsOfGroup = kWarpGroup / kWarp;
/// A block has 384 threads of 168 registers; the warp group that copies gives back what the others need.
constexpr int kRegistersOfCopies = 24, kRegistersOfProducts = 240;
static_assert(kWarpGroup * (kRegistersOfCopies + kGroups * kRegistersOfProducts) <= 65536);

/// Barriers of the block's tiles: a tile has come, or all warps have done with it.
struct Barriers {
  uint64_t queries, keys_come[kStages], values_come[kStages], keys_done[kStages], values_done[kStages];
};

template <typename T, int hd>
struct Tiles {
  using Queries = BoxedTile<T, hd, kQueries>;
  using Keys = BoxedTile<T, hd, kKeys>;
  static constexpr size_t kBytes = 1024 + Queries::kBytes + 2 * kStages * Keys::kBytes + sizeof(Barriers);
  Queries queries;
  Keys keys, values;  ///< of stage 0
  Barriers* barriers;

  __device__ static Tiles of(unsigned char* memory) {
    T* const begin = reinterpret_cast<T*>(turned_memory(memory));
    T *const keys = begin + kQueries * hd, *const values = keys + kStages * kKeys * hd;
    return {{begin}, {keys}, {values}, reinterpret_cast<Barriers*>(values + kStages * kKeys * hd)};
  }
  __device__ Keys keys_of(int stage) const { return {keys.data + stage * kKeys * hd}; }
  __device__ Keys values_of(int stage) const { return {values.data + stage * kKeys * hd}; }
};

template <typename T>
struct HopperForward {
  CUtensorMap q, k, v;
  Forward<T> f;
};

/// Stage and parity of a step's tile: tiles take turns in the stages.
struct Turn {
  int stage;
  uint32_t parity;
  __device__ static Turn of(int step) { return {step % kStages, static_cast<uint32_t>(step / kStages % 2)}; }
};

/// One thread's: brings the queries, then a tile of keys and one of values a step, as soon as their places are free.
template <typename T, int hd>
__device__ void bring_tiles(const HopperForward<T>& p, const Tiles<T, hd>& tiles, const IndexRange& range) {
  Barriers& barriers = *tiles.barriers;
  const int h = static_cast<int>(blockIdx.y), b = static_cast<int>(blockIdx.z), kv = static_cast<int>(p.f.op.kv_head(h));
  ptx::mbarrier_arrive_expect(&barriers.queries, Tiles<T, hd>::Queries::kBytes);
  tiles.queries.load(p.q, &barriers.queries, static_cast<int>(blockIdx.x) * kQueries, h, b);
  const int steps = static_cast<int>(range.last - range.first);
  for (int step = 0; step < steps; ++step) {
    const Turn turn = Turn::of(step);
    const int first = (static_cast<int>(range.first) + step) * kKeys;
    ptx::mbarrier_wait(&barriers.keys_done[turn.stage], turn.parity ^ 1);
    ptx::mbarrier_arrive_expect(&barriers.keys_come[turn.stage], Tiles<T, hd>::Keys::kBytes);
    tiles.keys_of(turn.stage).load(p.k, &barriers.keys_come[turn.stage], first, kv, b);
    ptx::mbarrier_wait(&barriers.values_done[turn.stage], turn.parity ^ 1);
    ptx::mbarrier_arrive_expect(&barriers.values_come[turn.stage], Tiles<T, hd>::Keys::kBytes);
    tiles.values_of(turn.stage).load(p.v, &barriers.values_come[turn.stage], first, kv, b);
  }
}

/// scores = q k^T, under way
template <typename T, int hd>
__device__ void score_tile(float (&scores)[kKeyTiles][4], const Tiles<T, hd>& tiles, int row, int stage) {
#pragma unroll
  for (int k = 0; k < hd; k += 16)
    ptx::wgmma<T, Along::k, Along::k>(scores, tiles.queries.along_head(row, k), tiles.keys_of(stage).along_head(0, k),
                                      k == 0 ? Sums::fresh : Sums::kept);
  ptx::wgmma_commit();
}

/// out += weights v, under way
template <typename T, int hd>
__device__ void add_values(float (&out)[hd / 8][4], const uint32_t (&weights)[kKeys / 16][4], const Tiles<T, hd>& tiles,
                           int stage) {
#pragma unroll
  for (int k = 0; k < kKeys / 16; ++k)
    ptx::wgmma<T, Along::rows>(out, weights[k], tiles.values_of(stage).along_rows(k * 16), Sums::kept);
  ptx::wgmma_commit();
}

/// Rounded weights, as the operand of the next product.
template <typename T>
__device__ void pack_weights(uint32_t (&weights)[kKeys / 16][4], const float (&scores)[kKeyTiles][4]) {
#pragma unroll
  for (int k = 0; k < kKeys / 16; ++k) {
    weights[k][0] = packed<T>(scores[2 * k][0], scores[2 * k][1]);
    weights[k][1] = packed<T>(scores[2 * k][2], scores[2 * k][3]);
    weights[k][2] = packed<T>(scores[2 * k + 1][0], scores[2 * k + 1][1]);
    weights[k][3] = packed<T>(scores[2 * k + 1][2], scores[2 * k + 1][3]);
  }
}

/// One arrival a warp.
__device__ inline void done_with(uint64_t* barrier) {
  if (threadIdx.x % kWarp == 0) ptx::mbarrier_arrive(barrier);
}

template <typename T, int hd>
__device__ void attend(const HopperForward<T>& p, const Tiles<T, hd>& tiles, const IndexRange& range) {
  const AttentionOperands<T>& op = p.f.op;
  Barriers& barriers = *tiles.barriers;
  const int64_t first = int64_t{blockIdx.x} * kQueries, h = blockIdx.y, b = blockIdx.z;
  const int row_of_group = (static_cast<int>(threadIdx.x) / kWarpGroup - 1) * kRowsOfGroup;
  const int warp = static_cast<int>(threadIdx.x) % kWarpGroup / kWarp, g = static_cast<int>(threadIdx.x) % kWarp / 4;
  const int64_t row = first + row_of_group + warp * kRowsOfWarp + g;
  const IndexRange common = op.visited(b, op.reach.common(first, min(op.queries, first + kQueries)));
  const bool holes = op.has_holes(b);
  const int steps = static_cast<int>(range.last - range.first);

  float out[hd / 8][4] = {}, scores[kKeyTiles][4] = {};
  uint32_t weights[kKeys / 16][4];
  float rescale[2];
  RunningRows rows;
  const auto soften_tile = [&](int step) {
    scale_scores(scores, op.scale);
    const int64_t key = (range.first + step) * kKeys;
    const bool inside = !holes && key >= common.first && key + kKeys <= common.last;
    if (!inside) hide(scores, op, b, row, key);
    soften(scores, rows, rescale);
  };
  if (steps > 0) {
    ptx::mbarrier_wait(&barriers.queries, 0);
    ptx::mbarrier_wait(&barriers.keys_come[0], 0);
    ptx::wgmma_fence(scores);
    score_tile<T, hd>(scores, tiles, row_of_group, 0);
    ptx::wgmma_wait<0>(scores);
    done_with(&barriers.keys_done[0]);
    soften_tile(0);
    pack_weights<T>(weights, scores);
    for (int step = 1; step < steps; ++step) {
      const Turn turn = Turn::of(step), before = Turn::of(step - 1);
      ptx::mbarrier_wait(&barriers.keys_come[turn.stage], turn.parity);
      ptx::wgmma_fence(scores);
      score_tile<T, hd>(scores, tiles, row_of_group, turn.stage);
      ptx::mbarrier_wait(&barriers.values_come[before.stage], before.parity);
      ptx::wgmma_fence(out, weights);  // for the assembler: the one before the scores serves these, too
      add_values<T, hd>(out, weights, tiles, before.stage);
      ptx::wgmma_wait<1>(scores);
      done_with(&barriers.keys_done[turn.stage]);
      soften_tile(step);
      ptx::wgmma_wait<0>(out, weights);
      done_with(&barriers.values_done[before.stage]);
      rescale_rows(out, rescale);
      pack_weights<T>(weights, scores);
    }
    const Turn turn = Turn::of(steps - 1);
    ptx::mbarrier_wait(&barriers.values_come[turn.stage], turn.parity);
    ptx::wgmma_fence(out, weights);
    add_values<T, hd>(out, weights, tiles, turn.stage);
    ptx::wgmma_wait<0>(out, weights);
  }
  store_row<T, hd>(p.f, out, rows, 0, b, h, row);
  store_row<T, hd>(p.f, out, rows, 1, b, h, row + 8);
}

template <typename T, int hd>
__global__ void __launch_bounds__(kBlock, 1) attention_forward_hopper_kernel(SIDESTEP_GRID_CONSTANT(HopperForward<T>) p) {
  const Tiles<T, hd> tiles = Tiles<T, hd>::of(dynamic_shared());
  const int64_t first = int64_t{blockIdx.x} * kQueries;
  const IndexRange range =
      tiles_of(p.f.op.visited(blockIdx.z, p.f.op.reach.of(first, min(p.f.op.queries, first + kQueries))), kKeys);
  if (threadIdx.x == 0) {
    Barriers& barriers = *tiles.barriers;
    ptx::mbarrier_init(&barriers.queries, 1);
    for (int stage = 0; stage < kStages; ++stage) {
      ptx::mbarrier_init(&barriers.keys_come[stage], 1);
      ptx::mbarrier_init(&barriers.values_come[stage], 1);
      ptx::mbarrier_init(&barriers.keys_done[stage], kGroups * kWarpsOfGroup);
      ptx::mbarrier_init(&barriers.values_done[stage], kGroups * kWarpsOfGroup);
    }
    ptx::mbarrier_init_done();
  }
  __syncthreads();
  if (threadIdx.x < kWarpGroup) {
    ptx::give_registers_back<kRegistersOfCopies>();
    if (threadIdx.x == 0 && range.first < range.last) bring_tiles<T, hd>(p, tiles, range);
  } else {
    ptx::take_registers<kRegistersOfProducts>();
    attend<T, hd>(p, tiles, range);
  }
}

template <typename T, int hd>
void run(const Forward<T>& f, int64_t batch, cudaStream_t queue) {
  const AttentionOperands<T>& op = f.op;
  constexpr size_t kBytes = Tiles<T, hd>::kBytes;
  const HopperForward<T> p{heads_map(op.q, batch, op.queries, op.heads, hd, kQueries),
                           heads_map(op.k, batch, op.reach.keys, op.kv_heads, hd, kKeys),
                           heads_map(op.v, batch, op.reach.keys, op.kv_heads, hd, kKeys), f};
  SIDESTEP_CUDA_CHECK(cudaFuncSetAttribute(attention_forward_hopper_kernel<T, hd>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(kBytes)));
  const dim3 grid(static_cast<unsigned>(ceil_div(op.queries, int64_t{kQueries})), static_cast<unsigned>(op.heads),
                  static_cast<unsigned>(batch));
  launch(attention_forward_hopper_kernel<T, hd>, grid, kBlock, kBytes, queue)(p);
  SIDESTEP_CUDA_LAUNCHED("attention_forward_hopper_kernel");
}

}  // namespace

template <typename T>
void attention_forward_hopper(const AttentionOperands<T>& op, const Heads<T>& out, float* lse, int64_t batch,
                              cudaStream_t queue) {
  if (op.head_dim == 64)
    run<T, 64>({op, out, lse}, batch, queue);
  else
    run<T, 128>({op, out, lse}, batch, queue);
}
template void attention_forward_hopper(const AttentionOperands<__nv_bfloat16>&, const Heads<__nv_bfloat16>&, float*, int64_t,
                                       cudaStream_t);
template void attention_forward_hopper(const AttentionOperands<__half>&, const Heads<__half>&, float*, int64_t, cudaStream_t);

}  // namespace sidestep::cuda
