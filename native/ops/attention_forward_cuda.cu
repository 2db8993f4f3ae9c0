// Attention forward on tensor cores, after Dao 2023 (FlashAttention-2): one block of four warps owns 64 queries of a head, each
// warp 16 of them, and streams tiles of 64 keys past them; scores and weights never leave the registers. Tiles outside band and
// triangle are not visited. FLOPs: 4 hd per pair visited; bytes: q, out once, k and v once a block of queries from L2.
// Compute bound: full attention of the 2B model, 16 heads of 128 over 3000 patches, is 74 GFLOP, 0.18 ms at 400 TFLOP/s (what
// mma.sync reaches on Hopper); the banded layers (window 128, 257 keys a query, tiles included 320) 8 GFLOP, 0.02 ms.
#include "ops/attention_softmax_cuda.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kQueries = 64, kKeys = 64, kBlock = 128, kRowsOfWarp = 16;
constexpr int kKeyTiles = kKeys / 8;  // of an mma

template <int hd>
constexpr size_t kForwardBytes = 3 * SharedTile<__half, hd>::bytes(64);
static_assert(blocks_in_100_kib(kForwardBytes<128>) >=
              2);  // one block's softmax passes while the other one's tensor cores are busy

/// scores = q k^T
template <typename T, int hd>
__device__ void score_tile(float (&scores)[kKeyTiles][4], const uint32_t (&q)[hd / 16][4], const SharedTile<T, hd>& keys) {
#pragma unroll
  for (int n = 0; n < kKeyTiles; ++n)
#pragma unroll
    for (int c = 0; c < 4; ++c) scores[n][c] = 0;
#pragma unroll
  for (int k = 0; k < hd / 16; ++k)
#pragma unroll
    for (int n = 0; n < kKeyTiles; n += 2) {
      uint32_t b[4];
      keys.load_b_transpose(b, n * 8, k * 16);
      mma<T>(scores[n], q[k], b[0], b[1]);
      mma<T>(scores[n + 1], q[k], b[2], b[3]);
    }
}

/// out += weights v
template <typename T, int hd>
__device__ void add_values(float (&out)[hd / 8][4], const float (&weights)[kKeyTiles][4], const SharedTile<T, hd>& values) {
#pragma unroll
  for (int k = 0; k < kKeys / 16; ++k) {
    const uint32_t a[4] = {packed<T>(weights[2 * k][0], weights[2 * k][1]), packed<T>(weights[2 * k][2], weights[2 * k][3]),
                           packed<T>(weights[2 * k + 1][0], weights[2 * k + 1][1]),
                           packed<T>(weights[2 * k + 1][2], weights[2 * k + 1][3])};
#pragma unroll
    for (int n = 0; n < hd / 8; n += 2) {
      uint32_t b[4];
      values.load_b(b, k * 16, n * 8);
      mma<T>(out[n], a, b[0], b[1]);
      mma<T>(out[n + 1], a, b[2], b[3]);
    }
  }
}

template <typename T, int hd>
__global__ void __launch_bounds__(kBlock, 2) attention_forward_kernel(const Forward<T> f) {
  unsigned char* const memory = dynamic_shared();
  const SharedTile<T, hd> queries{reinterpret_cast<T*>(memory)}, keys{queries.at(kQueries, 0)}, values{keys.at(kKeys, 0)};
  const AttentionOperands<T>& op = f.op;
  const int64_t first = int64_t{blockIdx.x} * kQueries, h = blockIdx.y, b = blockIdx.z, kv = op.kv_head(h);
  const int64_t last = min(op.queries, first + kQueries);
  const int warp = threadIdx.x / kWarp, g = threadIdx.x % kWarp / 4;
  const int64_t row = first + warp * kRowsOfWarp + g;
  const IndexRange tiles = tiles_of(op.visited(b, op.reach.of(first, last)), kKeys),
                   common = op.visited(b, op.reach.common(first, last));
  const bool holes = op.has_holes(b);
  const auto load = [&](const SharedTile<T, hd>& tile, const Heads<const T>& from, int64_t i) {
    load_tile<T, hd, kKeys, kBlock>(tile, from(b, 0, kv), from.frame_stride, i * kKeys, op.reach.keys);
  };

  load_tile<T, hd, kQueries, kBlock>(queries, op.q(b, 0, h), op.q.frame_stride, first, op.queries);
  if (tiles.first < tiles.last) load(keys, op.k, tiles.first);
  ptx::cp_async_commit();
  ptx::cp_async_wait<0>();
  __syncthreads();
  uint32_t q[hd / 16][4];
#pragma unroll
  for (int k = 0; k < hd / 16; ++k) queries.load_a(q[k], warp * kRowsOfWarp, k * 16);

  float out[hd / 8][4] = {};
  RunningRows rows;
  for (int64_t i = tiles.first; i < tiles.last; ++i) {
    load(values, op.v, i);  // under way while scores are computed
    ptx::cp_async_commit();
    float scores[kKeyTiles][4];
    score_tile<T, hd>(scores, q, keys);
    scale_scores(scores, op.scale);
    const bool inside = !holes && i * kKeys >= common.first && (i + 1) * kKeys <= common.last;
    if (!inside) hide(scores, op, b, row, i * kKeys);
    __syncthreads();                                  // every warp has read the keys
    if (i + 1 < tiles.last) load(keys, op.k, i + 1);  // under way while values are added
    ptx::cp_async_commit();
    float rescale[2];
    soften(scores, rows, rescale);
    rescale_rows(out, rescale);
    ptx::cp_async_wait<1>();
    __syncthreads();
    add_values<T, hd>(out, scores, values);
    ptx::cp_async_wait<0>();
    __syncthreads();  // the next keys are there, and every warp has read the values
  }
  store_row<T, hd>(f, out, rows, 0, b, h, row);
  store_row<T, hd>(f, out, rows, 1, b, h, row + 8);
}

template <typename T, int hd>
void run(const Forward<T>& f, int64_t batch, cudaStream_t queue) {
  SIDESTEP_CUDA_CHECK(cudaFuncSetAttribute(attention_forward_kernel<T, hd>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(kForwardBytes<hd>)));
  const dim3 grid(static_cast<unsigned>(ceil_div(f.op.queries, int64_t{kQueries})), static_cast<unsigned>(f.op.heads),
                  static_cast<unsigned>(batch));
  launch(attention_forward_kernel<T, hd>, grid, kBlock, kForwardBytes<hd>, queue)(f);
  SIDESTEP_CUDA_LAUNCHED("attention_forward_kernel");
}

}  // namespace

template <typename T>
void attention_forward_tensor(const AttentionOperands<T>& op, const Heads<T>& out, float* lse, int64_t batch,
                              cudaStream_t queue) {
  if (op.head_dim == 64)
    run<T, 64>({op, out, lse}, batch, queue);
  else
    run<T, 128>({op, out, lse}, batch, queue);
}
template void attention_forward_tensor(const AttentionOperands<__nv_bfloat16>&, const Heads<__nv_bfloat16>&, float*, int64_t,
                                       cudaStream_t);
template void attention_forward_tensor(const AttentionOperands<__half>&, const Heads<__half>&, float*, int64_t, cudaStream_t);

}  // namespace sidestep::cuda
