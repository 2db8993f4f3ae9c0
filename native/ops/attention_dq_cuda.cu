// dq of attention alone, where keys and values need no gradients (a frozen condition's): a block owns 64 queries and walks tiles
// of keys, three products of 2 hd FLOPs a pair visited. Compute bound.
#include "ops/attention_products_cuda.cuh"

namespace sidestep::cuda {
namespace {

constexpr int kBlock = 128, kRows = 64, kRowsOfWarp = 16;

template <int hd>
constexpr int kKeys = hd == 64 ? 64 : 32;  // scores and their gradients of a wider tile would not fit the registers

template <int hd>
constexpr size_t kQueryBytes = 2 * (SharedTile<__half, hd>::bytes(kRows) + SharedTile<__half, hd>::bytes(kKeys<hd>));

static_assert(blocks_in_100_kib(kQueryBytes<128>) >= 2);

template <typename T, int hd>
__global__ void __launch_bounds__(kBlock, 2) attention_dq_kernel(const Backward<T> f) {
  constexpr int kColumns = kKeys<hd> / 8;
  unsigned char* const memory = dynamic_shared();
  const SharedTile<T, hd> q{reinterpret_cast<T*>(memory)}, dout{q.at(kRows, 0)}, k{dout.at(kRows, 0)}, v{k.at(kKeys<hd>, 0)};
  const AttentionOperands<T>& op = f.op;
  const int64_t first = int64_t{blockIdx.x} * kRows, last = min(op.queries, first + kRows), h = blockIdx.y, b = blockIdx.z;
  const int64_t kv = op.kv_head(h);
  const int row = static_cast<int>(threadIdx.x) / kWarp * kRowsOfWarp, g = threadIdx.x % kWarp / 4, t = threadIdx.x % 4;
  load_tile<T, hd, kRows, kBlock>(q, op.q(b, 0, h), op.q.frame_stride, first, op.queries);
  load_tile<T, hd, kRows, kBlock>(dout, f.to.dout(b, 0, h), f.to.dout.frame_stride, first, op.queries);
  ptx::cp_async_commit();
  float lse[2], delta[2];
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    lse[r] = statistic(f, b, h, first + row + g + 8 * r);
    delta[r] = delta_of(f, b, h, first + row + g + 8 * r);
  }
  const IndexRange tiles = tiles_of(op.visited(b, op.reach.of(first, last)), kKeys<hd>),
                   common = op.visited(b, op.reach.common(first, last));
  const bool holes = op.has_holes(b);
  float dq[hd / 8][4] = {};
  for (int64_t i = tiles.first; i < tiles.last; ++i) {
    const int64_t first_key = i * kKeys<hd>;
    load_tile<T, hd, kKeys<hd>, kBlock>(k, op.k(b, 0, kv), op.k.frame_stride, first_key, op.reach.keys);
    load_tile<T, hd, kKeys<hd>, kBlock>(v, op.v(b, 0, kv), op.v.frame_stride, first_key, op.reach.keys);
    ptx::cp_async_commit();
    ptx::cp_async_wait<0>();
    __syncthreads();
    float scores[kColumns][4] = {}, dweights[kColumns][4] = {};
    multiply_transpose<T, hd>(scores, q, row, k);
    multiply_transpose<T, hd>(dweights, dout, row, v);
    const bool inside = !holes && first_key >= common.first && first_key + kKeys<hd> <= common.last;
    const Bounds bounds[2] = {Bounds::of(op.visited(b, op.reach.of(first + row + g)), first_key),
                              Bounds::of(op.visited(b, op.reach.of(first + row + g + 8)), first_key)};
#pragma unroll
    for (int n = 0; n < kColumns; ++n)
#pragma unroll
      for (int c = 0; c < 4; ++c) {
        const int key = n * 8 + 2 * t + c % 2;
        const bool meet = inside || (bounds[c / 2].hold(key) && !(holes && op.hidden(b, first_key + key)));
        const float weight = meet ? exp2f(scores[n][c] * (op.scale * kLog2e) - lse[c / 2]) : 0.F;
        scores[n][c] = weight * (dweights[n][c] - delta[c / 2]);
      }
    multiply_weights<T, hd>(dq, scores, k);
    __syncthreads();  // every warp has read the tile
  }
  ptx::cp_async_wait<0>();  // queries that meet no key have loads under way
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int64_t query = first + row + g + 8 * r;
    if (query >= op.queries) continue;
    T* to = f.to.dq(b, query, h);
#pragma unroll
    for (int n = 0; n < hd / 8; ++n) store_pair(to + n * 8 + 2 * t, dq[n][2 * r] * op.scale, dq[n][2 * r + 1] * op.scale);
  }
}

}  // namespace

template <typename T, int hd>
void attention_dq(const Backward<T>& f, int64_t batch, cudaStream_t queue) {
  SIDESTEP_CUDA_CHECK(cudaFuncSetAttribute(attention_dq_kernel<T, hd>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(kQueryBytes<hd>)));
  const dim3 grid(static_cast<unsigned>(ceil_div(f.op.queries, int64_t{kRows})), static_cast<unsigned>(f.op.heads),
                  static_cast<unsigned>(batch));
  launch(attention_dq_kernel<T, hd>, grid, kBlock, kQueryBytes<hd>, queue)(f);
  SIDESTEP_CUDA_LAUNCHED("attention_dq_kernel");
}
template void attention_dq<__nv_bfloat16, 64>(const Backward<__nv_bfloat16>&, int64_t, cudaStream_t);
template void attention_dq<__nv_bfloat16, 128>(const Backward<__nv_bfloat16>&, int64_t, cudaStream_t);
template void attention_dq<__half, 64>(const Backward<__half>&, int64_t, cudaStream_t);
template void attention_dq<__half, 128>(const Backward<__half>&, int64_t, cudaStream_t);

}  // namespace sidestep::cuda
